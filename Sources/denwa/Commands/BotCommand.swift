import ArgumentParser
import ChatCore
import ChatStore
import Postgres

struct BotCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bot",
        abstract: "Make bots and their tokens.",
        discussion: """
            A token is sent as `Authorization: Bearer …`, over HTTP and on the socket.

            EXAMPLES
              denwa bot create deploys --display-name "Deployments"
              denwa bot token deploys --name ci --scopes read,send
              denwa bot revoke deploys 17
            """,
        subcommands: [Create.self, Token.self, Tokens.self, Revoke.self])

    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "create", abstract: "Make an account for a program.",
            discussion: """
                EXAMPLE
                  denwa bot create deploys --display-name "Deployments"
                """)

        @OptionGroup var options: AdministrationOptions
        @Argument(help: "3 to 32 of a–z, 0–9, dot, underscore and hyphen.") var handle: String
        @Option(help: "The name that people see; the handle if there is none.") var displayName: String?

        func run() async throws {
            let handle = try Handle(handle)
            let name = try displayName.map { text throws(ChatError) in try DisplayName(text) } ?? DisplayName(handle)
            let settings = try options.settings()
            let connection = try options.connection(settings)
            try AccountRecords.create(
                handle, displayName: name, role: .bot, passwordHash: nil, by: .commandLine, on: connection)
            try options.join(handle, settings, on: connection)
            options.say("Now make a token: denwa bot token \(handle) --name … --scopes read,send")
        }
    }

    struct Token: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "token", abstract: "Print a new token for a bot. It is shown once.",
            discussion: """
                EXAMPLE
                  denwa bot token deploys --name ci --scopes read,send,join --days 90
                """)

        @OptionGroup var options: AdministrationOptions
        @Argument(help: "The bot's handle.") var handle: String
        @Option(help: "What the token is for.") var name: String
        @Option(help: "What it may do, with commas between: read, send, join, create_rooms.") var scopes: String
        @Option(help: "How many days it is good for, 1 to 3650.") var days: Int64 = 365

        func validate() throws {
            guard BotToken.daysRange.contains(days) else { throw ValidationError("--days is 1 to 3650.") }
        }

        func run() async throws {
            let rights = try Rights(scopes: scopes.split(separator: ",").map { String($0.filter { $0 != " " }) })
            let (handle, name) = (try Handle(handle), try BotToken.checkedName(name))
            let token = SecretToken()
            let made = try Bots.createToken(
                token, named: name, for: handle, scopes: rights, days: days, by: .commandLine,
                on: options.connection(options.settings()))
            if options.json {
                return options.show([
                    "id": made.id.rawValue, "token": token.text, "expiresAt": made.expiresAt.rfc3339,
                ])
            }
            Terminal.data(token.text)
            Terminal.say("Token \(made.id.rawValue), until \(made.expiresAt.rfc3339).")
        }
    }

    struct Tokens: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "tokens", abstract: "Print the tokens of a bot that can be used, without their secrets.",
            discussion: """
                EXAMPLE
                  denwa bot tokens deploys
                """)

        @OptionGroup var options: AdministrationOptions
        @Argument(help: "The bot's handle.") var handle: String

        func run() async throws {
            let connection = try options.connection(options.settings())
            let handle = try Handle(handle)
            _ = try AccountRecords.find(handle, on: connection)
            for token in try Bots.tokens(of: handle, on: connection) { show(token) }
        }

        private func show(_ token: BotToken) {
            if options.json {
                return options.show([
                    "id": token.id.rawValue, "name": token.name, "scopes": token.scopes.names,
                    "createdAt": token.createdAt.rfc3339, "expiresAt": token.expiresAt.rfc3339,
                ])
            }
            let scopes = token.scopes.names.joined(separator: ",")
            Terminal.data("\(token.id.rawValue)  \(token.name)  \(scopes)  until \(token.expiresAt.rfc3339)")
        }
    }

    struct Revoke: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "revoke", abstract: "End a token of a bot.",
            discussion: """
                EXAMPLE
                  denwa bot revoke deploys 17
                """)

        @OptionGroup var options: AdministrationOptions
        @Argument(help: "The bot's handle.") var handle: String
        @Argument(help: "The token's number, from `denwa bot tokens`.") var token: Int64

        func run() async throws {
            let connection = try options.connection(options.settings())
            try Bots.revoke(SessionID(rawValue: token), of: Handle(handle), by: .commandLine, on: connection)
            options.say("The token proves nothing any more.")
        }
    }
}
