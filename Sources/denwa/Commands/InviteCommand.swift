import ArgumentParser
import ChatCore
import ChatServer
import ChatStore
import Postgres

struct InviteCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "invite",
        abstract: "Make links with which people sign up, list and revoke them.",
        discussion: """
            EXAMPLES
              denwa invite create --uses 20 --room ramen
              denwa invite list
              denwa invite revoke 3
            """,
        subcommands: [Create.self, List.self, Revoke.self])

    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "create", abstract: "Print a link with which people sign up. It is shown once.",
            discussion: """
                EXAMPLE
                  denwa invite create --uses 20 --days 30 --room ramen
                """)

        @OptionGroup var options: AdministrationOptions
        @Option(help: "How many accounts may be made with it, 1 to 1000.") var uses: Int64 = 1
        @Option(help: "How many days it is good for, 1 to 365.") var days: Int64 = 7
        @Option(help: "A room that they become members of, beside the default room.") var room: String?

        func validate() throws {
            guard Invitation.usesRange.contains(uses) else { throw ValidationError("--uses is 1 to 1000.") }
            guard Invitation.daysRange.contains(days) else { throw ValidationError("--days is 1 to 365.") }
        }

        func run() async throws {
            let room = try room.map { text throws(ChatError) in try RoomName(text, field: "room") }
            let settings = try options.settings()
            let code = SecretToken()
            let invitation = try Invitations.create(
                code, uses: uses, days: days, room: room, by: .commandLine, on: options.connection(settings))
            let link = Links(settings).invitation(code)
            if options.json {
                return options.show([
                    "id": invitation.id.rawValue, "code": code.text, "link": link,
                    "expiresAt": invitation.expiresAt.rfc3339,
                ])
            }
            Terminal.data(link)
            Terminal.say(
                "Invitation \(invitation.id.rawValue): \(uses) \(uses == 1 ? "use" : "uses"), until "
                    + "\(invitation.expiresAt.rfc3339).")
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list", abstract: "Print the invitations that can still be used, without their codes.",
            discussion: """
                EXAMPLE
                  denwa invite list --json
                """)

        @OptionGroup var options: AdministrationOptions

        func run() async throws {
            let invitations = try Invitations.list(on: options.connection(options.settings()))
            for invitation in invitations { show(invitation) }
            if invitations.isEmpty { Terminal.say("There is no invitation that could still be used.") }
        }

        private func show(_ invitation: Invitation) {
            let (room, maker) = (invitation.room?.description, invitation.createdBy?.description)
            if options.json {
                return options.show([
                    "id": invitation.id.rawValue, "uses": invitation.uses, "used": invitation.used, "room": room,
                    "createdBy": maker, "expiresAt": invitation.expiresAt.rfc3339,
                ])
            }
            Terminal.data(
                "\(invitation.id.rawValue)  \(invitation.used) of \(invitation.uses) used  until "
                    + invitation.expiresAt.rfc3339 + (room.map { "  room \($0)" } ?? "")
                    + (maker.map { "  by \($0)" } ?? ""))
        }
    }

    struct Revoke: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "revoke", abstract: "Let nobody sign up with an invitation any more.",
            discussion: """
                EXAMPLE
                  denwa invite revoke 3
                """)

        @OptionGroup var options: AdministrationOptions
        @Argument(help: "The invitation's number, from `denwa invite list`.") var invitation: Int64

        func run() async throws {
            let connection = try options.connection(options.settings())
            try Invitations.revoke(InvitationID(rawValue: invitation), by: .commandLine, on: connection)
            options.say("Nobody signs up with it any more.")
        }
    }
}
