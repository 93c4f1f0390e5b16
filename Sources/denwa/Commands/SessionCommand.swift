import ArgumentParser
import ChatCore
import ChatStore
import Postgres

struct SessionCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "session",
        abstract: "See who is logged in where, and end it.",
        discussion: """
            The tokens of bots are sessions too. A running server closes the sockets of a
            session that ends here within a second.

            EXAMPLES
              denwa session list --account hana
              denwa session end 17
              denwa session end-all hana
            """,
        subcommands: [List.self, End.self, EndAll.self])

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list", abstract: "Print the sessions that have not ended, by number.",
            discussion: """
                EXAMPLE
                  denwa session list --account hana --json
                """)

        @OptionGroup var options: StorageOptions
        @Option(help: "Only those of the account with this handle.") var account: String?

        func run() async throws {
            let handle = try account.map { text throws(ChatError) in try Handle(text) }
            let connection = try options.connection()
            var table = TextTable(
                ["NUMBER", "ACCOUNT", "LAST SEEN", "ENDS", "ADDRESS", "DEVICE"], right: ["NUMBER"])
            var page = try Sessions.list(of: handle, on: connection)
            while let last = page.last {
                for record in page {
                    if options.json { JSONLine.show(record.members) } else { table.add(record.cells) }
                }
                page = try Sessions.list(of: handle, after: last.session.id, on: connection)
            }
            guard !options.json else { return }
            if table.isEmpty { Terminal.say("Nobody is logged in.") } else { Terminal.data(table) }
        }
    }

    struct End: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "end", abstract: "End a session, or the token of a bot.",
            discussion: """
                EXAMPLE
                  denwa session end 17
                """)

        @OptionGroup var options: StorageOptions
        @Argument(help: "The session's number, from `denwa session list`.") var number: Int64

        func run() async throws {
            let account = try Sessions.end(
                SessionID(rawValue: number), by: .commandLine, on: options.connection())
            options.tell("A session of \(account.handle) ended.", ["account": account.handle.description, "ended": 1])
        }
    }

    struct EndAll: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "end-all", abstract: "End all sessions of an account; the same as `denwa account sign-out`.",
            discussion: """
                EXAMPLE
                  denwa session end-all hana
                """)

        @OptionGroup var options: StorageOptions
        @Argument(help: "The account's handle.") var handle: String

        func run() async throws {
            let handle = try Handle(handle)
            let count = try AccountRecords.signOut(handle, by: .commandLine, on: options.connection()).count
            options.tell(
                "\(count) \(count == 1 ? "session" : "sessions") of \(handle) ended.",
                ["account": handle.description, "ended": count])
        }
    }
}

extension SessionRecord {
    fileprivate var cells: [String] {
        [
            "\(session.id.rawValue)", session.account.handle.description, lastSeenAt.rfc3339,
            session.expiresAt.rfc3339, place.address ?? "", place.device,
        ]
    }

    fileprivate var members: [String: Any?] {
        [
            "id": session.id.rawValue, "account": session.account.handle.description,
            "role": session.role.rawValue, "device": place.device, "address": place.address,
            "createdAt": session.createdAt.rfc3339, "lastSeenAt": lastSeenAt.rfc3339,
            "expiresAt": session.expiresAt.rfc3339,
        ]
    }
}
