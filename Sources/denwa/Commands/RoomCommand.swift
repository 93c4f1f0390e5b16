import ArgumentParser
import ChatCore
import ChatStore
import Postgres

struct RoomCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "room",
        abstract: "Make, archive and delete rooms, and say who is in them.",
        discussion: """
            A running server follows within a second.

            EXAMPLES
              denwa room list
              denwa room create tea --title お茶 --owner hana
              denwa room ban tea mallory
              denwa room archive tea
            """,
        subcommands: [
            List.self, Create.self, Rename.self, Archive.self, Unarchive.self, Delete.self, Members.self, Remove.self,
            SetRole.self, Ban.self, Unban.self,
        ])

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list", abstract: "Print the rooms in the order of their names.",
            discussion: """
                EXAMPLE
                  denwa room list --json
                """)

        @OptionGroup var options: StorageOptions

        func run() async throws {
            let connection = try options.connection()
            var table = TextTable(
                ["NAME", "TITLE", "MEMBERS", "EVENTS", "LAST EVENT", "ARCHIVED"], right: ["MEMBERS", "EVENTS"])
            var page = try RoomRecords.list(on: connection)
            while let last = page.last {
                for room in page {
                    if options.json { JSONLine.show(room.json) } else { table.add(room.cells) }
                }
                page = try RoomRecords.list(after: last.name, on: connection)
            }
            guard !options.json else { return }
            if table.isEmpty { Terminal.say("There are no rooms.") } else { Terminal.data(table) }
        }
    }

    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "create", abstract: "Make a room.",
            discussion: """
                EXAMPLE
                  denwa room create tea --title お茶 --owner hana
                """)

        @OptionGroup var options: StorageOptions
        @Argument(help: "1 to 64 of a–z, 0–9 and hyphen; it never changes.") var name: String
        @Option(help: "What people read; the name if there is none.") var title: String?
        @Option(help: "The handle of the room's first member, who is its owner.") var owner: String?

        func run() async throws {
            let name = try RoomName(name, field: "name")
            let title = try title.map { text throws(ChatError) in try RoomTitle(text) } ?? RoomTitle(name)
            let owner = try owner.map { text throws(ChatError) in try Handle(text, field: "owner") }
            try RoomRecords.create(
                name, title: title, owner: owner, by: .commandLine, on: options.connection())
            options.tell("There is a room \(name) now.", ["room": name.description, "title": title.description])
        }
    }
}

extension RoomRecord {
    fileprivate var cells: [String] {
        [
            name.description, title, "\(members)", "\(head)", lastEventAt?.rfc3339 ?? "",
            archivedAt?.rfc3339 ?? "",
        ]
    }

    fileprivate var json: [String: Any?] {
        [
            "name": name.description, "title": title, "head": head, "members": members,
            "createdAt": createdAt.rfc3339, "lastEventAt": lastEventAt?.rfc3339, "archivedAt": archivedAt?.rfc3339,
        ]
    }
}
