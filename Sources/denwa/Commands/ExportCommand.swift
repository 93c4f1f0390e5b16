import ArgumentParser
import ChatCore
import Glibc
import Postgres
import Transfer

struct ExportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Write accounts and rooms with all their events as lines of JSON.",
        discussion: """
            The folder gets a file for the accounts, one for each room, and a manifest. It
            is as the database was at one moment, and has no secrets: no passwords, tokens
            or second factors. The format is described in docs/export-format.md.

            EXAMPLES
              denwa export monday
              denwa export --room lobby --room dev rooms-of-monday
              denwa export - | zstd > monday.jsonl.zst
            """)

    @Argument(help: "A new folder, or - for one stream on the standard output.") var folder: String
    @Option(help: "Only this room, and who has been in it; may be given again.") var room: [String] = []
    @OptionGroup var options: DatabaseOptions
    @OptionGroup var wait: WaitOption
    @Flag(help: "Print what was exported as one JSON object; not with a stream.") var json = false

    func run() async throws {
        let rooms = try room.map { text throws(ChatError) in try RoomName(text) }
        let connection = try wait.connection(options.url(), settings: .transfer)
        try DatabaseCheck.schemaIsCurrent(on: connection)
        let bar = TransferProgress("Exporting")
        let exporter = Exporter(
            on: connection, rooms: rooms.isEmpty ? nil : rooms, progress: { bar.advance(to: $0, of: $1) })
        let result =
            folder == "-"
            ? try exporter.run(to: ExportStream(STDOUT_FILENO)) : try exporter.run(to: ExportFolder(folder))
        bar.finish()
        for room in result.gaps {
            Terminal.say("The log of \(room) lacks numbers, so this export cannot be imported; see denwa doctor.")
        }
        if json, folder != "-" { return JSONLine.show(result.counts.members) }
        Terminal.say("\(result.counts.sentence) exported.")
    }
}

extension ConnectionSettings {
    /// For what takes as long as it needs. A plan that was made while a table was empty would be a bad one at the end, so each
    /// statement gets one of its own; and so a pooler may be between.
    static var transfer: ConnectionSettings {
        ConnectionSettings(
            applicationName: "denwa transfer", answerWithin: nil, statementLimits: false, preparesStatements: false)
    }
}

extension TransferCounts {
    /// As in `3 accounts, 1 room and 20 events`.
    var sentence: String {
        func counted(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }
        return "\(counted(accounts, "account")), \(counted(rooms, "room")) and \(counted(events, "event"))"
    }

    var members: [String: Any?] { ["accounts": accounts, "rooms": rooms, "events": events] }
}

/// A bar for each part of the work, made when its length is known.
final class TransferProgress {
    private let what: String
    private var bar: ProgressBar?

    /// - Parameter what: what is being done, as `Exporting`.
    init(_ what: String) { self.what = what }

    func advance(to done: Int, of total: Int?) {
        let bar = self.bar ?? ProgressBar(what, total: total, unit: "events")
        self.bar = bar
        bar.advance(to: done)
    }

    func finish() { bar?.finish() }
}
