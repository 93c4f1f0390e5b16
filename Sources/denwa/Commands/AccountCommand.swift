import ArgumentParser
import ChatCore
import ChatServer
import ChatStore
import Postgres

struct AccountCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "account",
        abstract: "Make accounts, shut them out, erase them, and let people choose a new password.",
        discussion: """
            A running server closes the sockets of sessions that end here within a second.

            EXAMPLES
              denwa account create hana --owner
              denwa account reset-link hana
              denwa account list --json
            """,
        subcommands: [
            Create.self, List.self, Show.self, SetRole.self, Promote.self, Demote.self, Disable.self, Enable.self,
            SignOut.self, ResetLink.self, RemoveSecondFactor.self, Erase.self,
        ])

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list",
            abstract: "Print the accounts in the order of their handles.",
            discussion: """
                EXAMPLE
                  denwa account list --role admin
                """)

        @OptionGroup var options: AdministrationOptions
        @Option(help: "Only accounts of this role.") var role: Role?

        func run() async throws {
            let connection = try options.connection(options.settings())
            var last: Handle?
            while true {
                let page = try AccountRecords.list(after: last, on: connection)
                for record in page where role == nil || record.role == role { options.show(record) }
                guard let next = page.last else { return }
                last = next.account.handle
            }
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "show", abstract: "Print what is known of an account.",
            discussion: """
                EXAMPLE
                  denwa account show hana --json
                """)

        @OptionGroup var options: AdministrationOptions
        @Argument(help: "The account's handle.") var handle: String

        func run() async throws {
            options.show(try AccountRecords.find(Handle(handle), on: options.connection(options.settings())))
        }
    }

    struct SetRole: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "role", abstract: "Make somebody an owner, an administrator or a member.",
            discussion: """
                Their sessions end, so that what they may do changes at once.

                EXAMPLE
                  denwa account role ken admin
                """)

        @OptionGroup var options: AdministrationOptions
        @Argument(help: "The account's handle.") var handle: String
        @Argument(help: "What the account is to be.") var role: PersonRole

        func run() async throws {
            let connection = try options.connection(options.settings())
            let ended = try AccountRecords.change(Handle(handle), to: role.role, by: .commandLine, on: connection)
            options.show(ended: ended.count)
        }
    }

    struct Disable: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "disable", abstract: "Shut an account out: its sessions end, and nobody logs in.",
            discussion: """
                What it has written stays.

                EXAMPLE
                  denwa account disable mallory
                """)

        @OptionGroup var options: AdministrationOptions
        @Argument(help: "The account's handle.") var handle: String

        func run() async throws {
            let connection = try options.connection(options.settings())
            let ended = try AccountRecords.setDisabled(true, Handle(handle), by: .commandLine, on: connection)
            options.show(ended: ended.count)
        }
    }

    struct Enable: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "enable", abstract: "Let an account in again.",
            discussion: """
                EXAMPLE
                  denwa account enable mallory
                """)

        @OptionGroup var options: AdministrationOptions
        @Argument(help: "The account's handle.") var handle: String

        func run() async throws {
            let connection = try options.connection(options.settings())
            _ = try AccountRecords.setDisabled(false, Handle(handle), by: .commandLine, on: connection)
            options.say("\(handle) can log in again.")
        }
    }

    struct SignOut: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "sign-out", abstract: "End all sessions of an account, and the tokens of a bot.",
            discussion: """
                EXAMPLE
                  denwa account sign-out hana
                """)

        @OptionGroup var options: AdministrationOptions
        @Argument(help: "The account's handle.") var handle: String

        func run() async throws {
            let connection = try options.connection(options.settings())
            options.show(
                ended: try AccountRecords.signOut(Handle(handle), by: .commandLine, on: connection).count)
        }
    }

    struct ResetLink: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "reset-link", abstract: "Print a link with which somebody chooses a new password.",
            discussion: """
                It is good once, for a day, and takes the place of an older one. Whoever has it
                has the account, so give it only to whom it belongs. The address is that of
                --public-url.

                EXAMPLE
                  denwa account reset-link hana --public-url https://chat.example.com
                """)

        @OptionGroup var options: AdministrationOptions
        @Argument(help: "The account's handle.") var handle: String

        func run() async throws {
            let settings = try options.settings()
            let token = SecretToken()
            let end = try PasswordResets.create(
                token, for: Handle(handle), by: .commandLine, on: options.connection(settings))
            options.show(link: Links(settings).passwordReset(token), until: end)
        }
    }

    struct RemoveSecondFactor: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "remove-second-factor",
            abstract: "Let somebody log in who has lost the authenticator app and the recovery codes.",
            discussion: """
                EXAMPLE
                  denwa account remove-second-factor hana
                """)

        @OptionGroup var options: AdministrationOptions
        @Argument(help: "The account's handle.") var handle: String

        func run() async throws {
            let connection = try options.connection(options.settings())
            _ = try SecondFactors.remove(of: Handle(handle), by: .commandLine, on: connection)
            options.say("\(handle) logs in with the password alone now.")
        }
    }
}

/// What a person can be made; guests and bots stay what they are.
enum PersonRole: String, ExpressibleByArgument, CaseIterable {
    case owner
    case admin
    case member

    var role: Role {
        switch self {
        case .owner: .owner
        case .admin: .admin
        case .member: .member
        }
    }
}

extension Role: ExpressibleByArgument {}
