import ArgumentParser
import ChatCore
import ChatStore
import Postgres

extension RetentionCommand {
    struct Run: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "run", abstract: "Remove the content of messages that are older than their rooms keep them.",
            discussion: """
                It works in small steps beside a running server, which forgets within a second
                what was removed. Whatever interrupts it, the next run goes on.

                EXAMPLES
                  denwa retention run --dry-run
                  denwa retention run --yes
                """)

        @OptionGroup var options: StorageOptions
        @OptionGroup var confirmation: ConfirmationOptions
        @Option(help: "Only in this room.") var room: String?
        @Flag(help: "Only print what would be removed.") var dryRun = false

        func run() async throws {
            let room = try room.map { text throws(ChatError) in try RoomName(text) }
            let connection = try options.connection()
            if dryRun { return show(try remove(in: room, isDryRun: true, connection)) }
            if !confirmation.yes { try confirm(room, connection) }
            // What a deletion of a room left behind that was interrupted.
            try RoomDeletion.sweep(on: connection)
            show(try remove(in: room, isDryRun: false, connection))
        }

        private func remove(in room: RoomName?, isDryRun: Bool, _ connection: Connection) throws -> [Removed] {
            let bar = ProgressBar(
                isDryRun ? "Looking for old messages" : "Removing messages", total: nil, unit: "messages")
            defer { bar.finish() }
            return try RetentionRun(isDryRun: isDryRun, by: .commandLine, on: connection)
                .run(only: room) { bar.advance(to: Int($0)) }
        }

        private func confirm(_ room: RoomName?, _ connection: Connection) throws {
            let old = try remove(in: room, isDryRun: true, connection)
            let database = DatabaseName(on: connection)
            try Confirmation.destroying(
                what: "the content of \(old.messages) messages, \(old.bytes) bytes, in \(database.sentence)",
                type: database.name, yes: false)
        }

        private func show(_ removed: [Removed]) {
            guard !options.json else {
                for room in removed {
                    JSONLine.show([
                        "room": room.room.description, "messages": room.messages, "bytes": room.bytes, "dryRun": dryRun,
                    ])
                }
                return
            }
            guard !removed.isEmpty else { return Terminal.say("No message is older than its room keeps it.") }
            var table = TextTable(["ROOM", "MESSAGES", "BYTES"], right: ["MESSAGES", "BYTES"])
            for room in removed { table.add([room.room.description, "\(room.messages)", "\(room.bytes)"]) }
            Terminal.data(table)
            let what = dryRun ? "would be removed." : "were removed."
            Terminal.say("The content of \(removed.messages) messages, \(removed.bytes) bytes, \(what)")
        }
    }
}

extension [Removed] {
    fileprivate var messages: Int64 { reduce(0) { $0 + $1.messages } }
    fileprivate var bytes: Int64 { reduce(0) { $0 + $1.bytes } }
}
