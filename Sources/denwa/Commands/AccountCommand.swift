import ArgumentParser
import ChatCore
import ChatServer
import ChatStore
import Foundation
import PasswordPolicy
import Passwords
import Postgres

struct AccountCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "account",
        abstract: "Make accounts, shut them out, and let people choose a new password.",
        discussion: """
            A running server closes the sockets of sessions that end here within a second.

            EXAMPLES
              denwa account create hana --owner
              denwa account reset-link hana
              denwa account list --json
            """,
        subcommands: [
            Create.self, List.self, Show.self, SetRole.self, Disable.self, Enable.self, SignOut.self, ResetLink.self,
            RemoveSecondFactor.self,
        ])

    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "create",
            abstract: "Make an account and print a link with which its owner chooses a password.",
            discussion: """
                The link is good once, for a day. With --password-stdin there is no link: the
                first line of the standard input is the password.

                EXAMPLES
                  denwa account create hana --owner
                  denwa account create ken --display-name "Ken 健" --role admin
                """)

        @OptionGroup var options: AdministrationOptions
        @Argument(help: "3 to 32 of a–z, 0–9, dot, underscore and hyphen.") var handle: String
        @Option(help: "The name that people see; the handle if there is none.") var displayName: String?
        @Option(help: "What the account is on the server.") var role = PersonRole.member
        @Flag(help: "The same as --role owner.") var owner = false
        @Flag(help: "Read the password from the standard input.") var passwordStdin = false

        func run() async throws {
            let handle = try Handle(handle)
            let name = try displayName.map { text throws(ChatError) in try DisplayName(text) } ?? DisplayName(handle)
            let role = owner ? .owner : role.role
            let settings = try options.settings()
            let connection = try options.connection(settings)
            guard passwordStdin else {
                let token = SecretToken()
                let end = try AccountRecords.create(
                    handle, displayName: name, role: role, reset: token, by: .commandLine, on: connection)
                try options.join(handle, settings, on: connection)
                return options.show(link: Links(settings).passwordReset(token), until: end)
            }
            let hash = try await Self.hash(handle, name, settings)
            try AccountRecords.create(
                handle, displayName: name, role: role, passwordHash: hash, by: .commandLine, on: connection)
            try options.join(handle, settings, on: connection)
            options.say("\(handle) can log in now.")
        }

        private static func hash(_ handle: Handle, _ name: DisplayName, _ settings: Settings) async throws -> String {
            let server = try settings.serverConfiguration()
            let text = readLine(strippingNewline: true) ?? ""
            if let refusal = server.passwordPolicy.refusal(of: text, for: [handle.description, name.description]) {
                throw ValidationError(refusal.detail)
            }
            let hasher = PasswordHasher(server.hashParameters, peppers: server.peppers, slots: 1, queue: 1)
            let hash = try await hasher.hash(text.precomposedStringWithCanonicalMapping)
            try await hasher.shutdown()
            return hash
        }
    }

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
