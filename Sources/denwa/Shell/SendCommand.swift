import ArgumentParser
import ChatClient
import Foundation

struct SendCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "send",
        abstract: "Say something in a room, or each line of the standard input.",
        discussion: """
            Prints the number of each message when it is stored. If the connection is lost, it
            tries again for half a minute; a message is stored once, whatever happens.

            EXAMPLES
              denwa send lobby "もしもし" --handle hanako
              make 2>&1 | DENWA_TOKEN=… denwa send builds
              DENWA_TOKEN=… denwa send deploys "v2 is out" --client-id release-v2
            """)

    @Argument(help: "The room's name.") var room: String
    @Argument(help: "The text; without it every line of the standard input is a message.") var text: String?
    @OptionGroup var access: ServerAccess
    @Option(help: "The message's own key: sent again with the same one, it is not stored again.") var clientID: String?
    @Flag(help: "Print one JSON object a line.") var json = false

    func validate() throws {
        guard clientID == nil || text != nil else { throw ValidationError("--client-id needs a text.") }
    }

    func run() async throws {
        try await access.withAPI { api, token in
            let sender = MessageSender(api: api, token: token, room: room)
            if let text { return show(try await sender.send(text, clientID: clientID ?? UUID().uuidString)) }
            while let line = readLine() {
                guard !line.allSatisfy(\.isWhitespace) else { continue }
                show(try await sender.send(line, clientID: UUID().uuidString))
            }
        }
    }

    private func show(_ sent: ChatAPI.Sent) {
        guard json else { return Terminal.data("\(sent.seq)") }
        JSONLine.show(["room": room, "seq": sent.seq, "duplicate": sent.duplicate])
    }
}
