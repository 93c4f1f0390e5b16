import ArgumentParser
import ChatClient

struct TailCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tail",
        abstract: "Print a room's last messages and what comes.",
        discussion: """
            A client like any other: it comes back after a lost connection and misses nothing.
            Ctrl-C ends it. Text is printed without what a terminal would obey.

            EXAMPLES
              denwa tail lobby --handle hanako
              DENWA_TOKEN=… denwa tail lobby --after 41 --json
              DENWA_TOKEN=… denwa tail lobby --last 100 --once
            """)

    @Argument(help: "The room's name.") var room: String
    @OptionGroup var access: ServerAccess
    @Option(help: "How many of the last events to print first, 0 to 200.") var last = 10
    @Option(help: "Print everything behind this seq instead.") var after: Int64?
    @Flag(help: "End when all that there is has been printed.") var once = false
    @Flag(help: "Print one JSON object a line.") var json = false

    func validate() throws {
        guard (0...200).contains(last) else { throw ValidationError("--last is 0 to 200.") }
        guard (after ?? 0) >= 0 else { throw ValidationError("--after is 0 or more.") }
    }

    func run() async throws {
        Interruption.watch()
        try await access.withAPI { api, token in
            let tail = RoomTail(api: api, token: token, room: room) { [json] event in
                Terminal.data(json ? EventLine.json(event) : EventLine.text(event))
            }
            let start = try await begin(tail)
            guard !once else { return }
            try await Interruption.racing { try await tail.follow(after: start) }
        }
    }

    private func begin(_ tail: RoomTail) async throws -> Int64 {
        guard let after else { return try await tail.showNewest(last) }
        return once ? try await tail.catchUp(after: after) : after
    }
}
