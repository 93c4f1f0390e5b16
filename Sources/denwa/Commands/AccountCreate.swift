import ArgumentParser
import ChatCore
import ChatServer
import ChatStore
import Foundation
import PasswordPolicy
import Passwords
import Postgres

extension AccountCommand {
    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "create",
            abstract: "Make an account and print a link with which its owner chooses a password.",
            discussion: """
                The link is good once, for a day. There is no link if the account gets a
                password here: a random one that is printed once, the first line of the
                standard input, or one that is typed.

                EXAMPLES
                  denwa account create hana --owner
                  denwa account create ken --display-name "Ken 健" --role admin
                  denwa account create robot-test --random
                """)

        @OptionGroup var options: AdministrationOptions
        @Argument(help: "3 to 32 of a–z, 0–9, dot, underscore and hyphen.") var handle: String
        @Option(help: "The name that people see; the handle if there is none.") var displayName: String?
        @Option(help: "What the account is on the server.") var role = PersonRole.member
        @Flag(help: "The same as --role owner.") var owner = false
        @Flag(help: "Read the password from the standard input.") var passwordStdin = false
        @Flag(help: "Ask for the password on the terminal.") var passwordPrompt = false
        @Flag(help: "Print a random password. It is shown once.") var random = false

        func validate() throws {
            guard [passwordStdin, passwordPrompt, random].filter({ $0 }).count < 2 else {
                throw ValidationError("Give one of --password-stdin, --password-prompt and --random, not several.")
            }
        }

        func run() async throws {
            let handle = try Handle(handle)
            let name = try displayName.map { text throws(ChatError) in try DisplayName(text) } ?? DisplayName(handle)
            let role = owner ? .owner : role.role
            let settings = try options.settings()
            let connection = try options.connection(settings)
            guard passwordStdin || passwordPrompt || random else {
                let token = SecretToken()
                let end = try AccountRecords.create(
                    handle, displayName: name, role: role, reset: token, by: .commandLine, on: connection)
                try options.join(handle, settings, on: connection)
                return options.show(link: Links(settings).passwordReset(token), until: end)
            }
            let password = try password(for: handle, name, settings)
            let hash = try await Self.hash(password, settings)
            try AccountRecords.create(
                handle, displayName: name, role: role, passwordHash: hash, by: .commandLine, on: connection)
            try options.join(handle, settings, on: connection)
            show(password, of: handle)
        }

        private func show(_ password: String, of handle: Handle) {
            guard random else { return options.say("\(handle) can log in now.") }
            if options.json { return options.show(["handle": handle.description, "password": password]) }
            Terminal.data(password)
            Terminal.say("\(handle) can log in now. The password is not shown again.")
        }

        /// One that the server would take.
        private func password(for handle: Handle, _ name: DisplayName, _ settings: Settings) throws -> String {
            let policy = try settings.serverConfiguration().passwordPolicy
            let words = [handle.description, name.description]
            if random {
                var password = RandomPassword.make(atLeast: policy.minimum)
                while policy.refusal(of: password, for: words) != nil {
                    password = RandomPassword.make(atLeast: policy.minimum)
                }
                return password
            }
            let text = passwordPrompt ? try asked() : readLine(strippingNewline: true) ?? ""
            if let refusal = policy.refusal(of: text, for: words) { throw ValidationError(refusal.detail) }
            return text
        }

        private func asked() throws -> String {
            guard let first = Terminal.askSecret("Password for \(handle):"),
                let second = Terminal.askSecret("The same once more:")
            else { throw ValidationError("There is no terminal to ask on; use --password-stdin or --random.") }
            guard first == second else { throw ValidationError("The two passwords differ. Nothing was changed.") }
            return first
        }

        private static func hash(_ password: String, _ settings: Settings) async throws -> String {
            let server = try settings.serverConfiguration()
            let hasher = PasswordHasher(server.hashParameters, peppers: server.peppers, slots: 1, queue: 1)
            let hash = try await hasher.hash(password.precomposedStringWithCanonicalMapping)
            try await hasher.shutdown()
            return hash
        }
    }
}
