import ArgumentParser
import ChatCore
import ChatServer
import ChatStore
import Postgres

extension RoomCommand {
    struct Delete: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "delete", abstract: "Remove a room with all its messages and memberships, for ever.",
            discussion: """
                The name is not used again: whoever was in the room would take the numbers of
                another one for those they know. Use `denwa room archive` for a room that should
                still be read.

                EXAMPLES
                  denwa room delete tea --dry-run
                  denwa room delete tea
                """)

        @OptionGroup var options: StorageOptions
        @OptionGroup var confirmation: ConfirmationOptions
        @Argument(help: "The room's name.") var room: String
        @Flag(help: "Only print what would be removed.") var dryRun = false

        func run() async throws {
            let room = try RoomName(room)
            let settings = try options.settings()
            guard room.description != settings.server.defaultRoom else {
                throw ChatError(
                    .notAllowed,
                    "\(room) is the default room, which newcomers join. Set another one (--default-room of serve) first."
                )
            }
            let connection = try options.connection()
            if dryRun { return show(try RoomDeletion.measure(room, on: connection), of: room) }
            let record = try RoomRecords.find(room, on: connection)
            try Confirmation.destroying(
                what: "the room \(room) with \(record.head) events and \(record.members) members, in "
                    + DatabaseName(on: connection).sentence,
                type: room.description, yes: confirmation.yes)
            let bar = ProgressBar("Removing events", total: Int(record.head), unit: "events")
            let report = try RoomDeletion.run(room, by: .commandLine, on: connection) { bar.advance(to: Int($0)) }
            bar.finish()
            show(report, of: room)
        }

        private func show(_ report: RoomDeletion.Report, of room: RoomName) {
            guard !options.json else {
                return JSONLine.show([
                    "room": room.description, "dryRun": dryRun, "events": report.events, "messages": report.messages,
                    "bytes": report.bytes, "memberships": report.memberships, "bans": report.bans,
                    "invitations": report.invitations,
                ])
            }
            var table = TextTable(["WHAT", "COUNT", "BYTES"], right: ["COUNT", "BYTES"])
            table.add(["events", "\(report.events)"])
            table.add(["messages among them", "\(report.messages)", "\(report.bytes)"])
            table.add(["memberships, former ones too", "\(report.memberships)"])
            table.add(["bans", "\(report.bans)"])
            table.add(["invitations to the room", "\(report.invitations)"])
            Terminal.data(table)
            Terminal.say(dryRun ? "Nothing was changed." : "There is no room \(room) any more.")
        }
    }
}
