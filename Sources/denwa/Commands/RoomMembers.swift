import ArgumentParser
import ChatCore
import ChatStore
import Postgres

/// What names a member.
struct MemberArguments: ParsableArguments {
    @Argument(help: "The room's name.") var room: String
    @Argument(help: "The account's handle.") var handle: String

    func names() throws -> (room: RoomName, handle: Handle) { (try RoomName(room), try Handle(handle)) }
}

extension RoomCommand {
    struct Members: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "members", abstract: "Print who is in a room, or who may not join it.",
            discussion: """
                EXAMPLES
                  denwa room members tea
                  denwa room members tea --banned
                """)

        @OptionGroup var options: StorageOptions
        @Argument(help: "The room's name.") var room: String
        @Flag(help: "Those who may not join.") var banned = false

        func run() async throws {
            let room = try RoomName(room)
            let connection = try options.connection()
            if banned { try showBanned(room, connection) } else { try showMembers(room, connection) }
        }

        private func showMembers(_ room: RoomName, _ connection: Connection) throws {
            var table = TextTable(["HANDLE", "ROLE", "SINCE EVENT", "NAME"], right: ["SINCE EVENT"])
            var page = try Memberships.list(of: room, on: connection)
            while let last = page.last {
                for member in page {
                    if options.json { JSONLine.show(member.json) } else { table.add(member.cells) }
                }
                page = try Memberships.list(of: room, after: last.account.handle, on: connection)
            }
            show(table, orElse: "Nobody is in \(room).")
        }

        private func showBanned(_ room: RoomName, _ connection: Connection) throws {
            var table = TextTable(["HANDLE", "BANNED", "NAME"])
            for (account, at) in try Memberships.banned(from: room, on: connection) {
                let (handle, name) = (account.handle.description, account.displayName.description)
                if options.json {
                    JSONLine.show(["handle": handle, "displayName": name, "bannedAt": at.rfc3339])
                } else {
                    table.add([handle, at.rfc3339, name])
                }
            }
            show(table, orElse: "Nobody is banned from \(room).")
        }

        private func show(_ table: TextTable, orElse sentence: String) {
            guard !options.json else { return }
            if table.isEmpty { Terminal.say(sentence) } else { Terminal.data(table) }
        }
    }

    struct Remove: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "remove", abstract: "End somebody's membership. They can join again.",
            discussion: """
                EXAMPLE
                  denwa room remove tea mallory
                """)

        @OptionGroup var options: StorageOptions
        @OptionGroup var member: MemberArguments

        func run() async throws {
            let (room, handle) = try member.names()
            let receipt = try Memberships.remove(handle, from: room, by: .commandLine, on: options.connection())
            options.tell(
                "\(handle) is not in \(room) any more.",
                ["room": room.description, "account": handle.description, "seq": receipt.seq])
        }
    }

    struct SetRole: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "role", abstract: "Make a member an owner, a moderator or a member of the room.",
            discussion: """
                EXAMPLE
                  denwa room role tea hana moderator
                """)

        @OptionGroup var options: StorageOptions
        @OptionGroup var member: MemberArguments
        @Argument(help: "What the member is to be in the room.") var role: RoomRole

        func run() async throws {
            let (room, handle) = try member.names()
            try Memberships.change(handle, to: role, in: room, by: .commandLine, on: options.connection())
            options.tell(
                "\(handle) is \(role.rawValue) of \(room) now.",
                ["room": room.description, "account": handle.description, "role": role.rawValue])
        }
    }

    struct Ban: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "ban", abstract: "Take somebody out of a room, and let them never join it again.",
            discussion: """
                EXAMPLE
                  denwa room ban tea mallory
                """)

        @OptionGroup var options: StorageOptions
        @OptionGroup var member: MemberArguments

        func run() async throws {
            let (room, handle) = try member.names()
            let receipt = try Memberships.ban(handle, from: room, by: .commandLine, on: options.connection())
            options.tell(
                "\(handle) cannot join \(room) any more.",
                ["room": room.description, "account": handle.description, "banned": true, "seq": receipt?.seq])
        }
    }

    struct Unban: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "unban", abstract: "Let somebody join a room again.",
            discussion: """
                EXAMPLE
                  denwa room unban tea mallory
                """)

        @OptionGroup var options: StorageOptions
        @OptionGroup var member: MemberArguments

        func run() async throws {
            let (room, handle) = try member.names()
            let wasBanned = try Memberships.unban(handle, from: room, by: .commandLine, on: options.connection())
            options.tell(
                wasBanned ? "\(handle) can join \(room) again." : "\(handle) was not banned from \(room).",
                ["room": room.description, "account": handle.description, "banned": false])
        }
    }
}

extension RoomRole: ExpressibleByArgument {}

extension Member {
    fileprivate var cells: [String] {
        [account.handle.description, role.rawValue, "\(joinedSeq)", account.displayName.description]
    }

    fileprivate var json: [String: Any?] {
        [
            "handle": account.handle.description, "displayName": account.displayName.description,
            "role": role.rawValue, "joinedSeq": joinedSeq,
        ]
    }
}
