import ArgumentParser
import ChatCore
import ChatStore
import Postgres

extension RoomCommand {
    struct Rename: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "rename", abstract: "Give a room another title. Its name never changes.",
            discussion: """
                EXAMPLE
                  denwa room rename tea お茶の時間
                """)

        @OptionGroup var options: StorageOptions
        @Argument(help: "The room's name.") var room: String
        @Argument(help: "What people read from now on, 1 to 80 characters.") var title: String

        func run() async throws {
            let (room, title) = (try RoomName(room), try RoomTitle(title))
            try RoomRecords.rename(room, to: title, by: .commandLine, on: options.connection())
            options.tell(
                "\(room) is called \(title) now.", ["room": room.description, "title": title.description])
        }
    }

    struct Archive: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "archive", abstract: "Let a room take no more messages. It can still be read.",
            discussion: """
                EXAMPLE
                  denwa room archive tea
                """)

        @OptionGroup var options: StorageOptions
        @Argument(help: "The room's name.") var room: String

        func run() async throws {
            let room = try RoomName(room)
            try RoomRecords.setArchived(true, room, by: .commandLine, on: options.connection())
            options.tell("\(room) takes no more messages.", ["room": room.description, "archived": true])
        }
    }

    struct Unarchive: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "unarchive", abstract: "Let an archived room take messages again.",
            discussion: """
                EXAMPLE
                  denwa room unarchive tea
                """)

        @OptionGroup var options: StorageOptions
        @Argument(help: "The room's name.") var room: String

        func run() async throws {
            let room = try RoomName(room)
            try RoomRecords.setArchived(false, room, by: .commandLine, on: options.connection())
            options.tell("\(room) takes messages again.", ["room": room.description, "archived": false])
        }
    }
}
