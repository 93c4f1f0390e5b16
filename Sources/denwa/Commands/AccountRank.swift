import ArgumentParser
import ChatCore
import ChatStore
import Postgres

extension AccountCommand {
    struct Promote: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "promote", abstract: "Make a member an administrator, or an administrator an owner.",
            discussion: """
                Their sessions end, so that what they may do changes at once.

                EXAMPLE
                  denwa account promote ken
                """)

        @OptionGroup var options: AdministrationOptions
        @Argument(help: "The account's handle.") var handle: String

        func run() async throws { try options.move(Handle(handle), by: 1) }
    }

    struct Demote: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "demote", abstract: "Make an owner an administrator, or an administrator a member.",
            discussion: """
                Their sessions end, so that what they may do changes at once.

                EXAMPLE
                  denwa account demote ken
                """)

        @OptionGroup var options: AdministrationOptions
        @Argument(help: "The account's handle.") var handle: String

        func run() async throws { try options.move(Handle(handle), by: -1) }
    }
}

extension AdministrationOptions {
    private static let ranks: [Role] = [.member, .admin, .owner]

    /// Guests and bots are refused where roles are changed.
    fileprivate func move(_ handle: Handle, by steps: Int) throws {
        let connection = try connection(settings())
        let role = try AccountRecords.find(handle, on: connection).role
        let place = (Self.ranks.firstIndex(of: role) ?? 0) + steps
        guard Self.ranks.indices.contains(place) else {
            throw ChatError(.notAllowed, "\(handle) is \(role.phrase) already.")
        }
        let new = Self.ranks[place]
        let ended = try AccountRecords.change(handle, to: new, by: .commandLine, on: connection).count
        if json { return show(["handle": handle.description, "role": new.rawValue, "ended": ended]) }
        Terminal.say("\(handle) is \(new.phrase) now.")
        show(ended: ended)
    }
}

extension Role {
    /// As in "hana is an owner".
    fileprivate var phrase: String {
        switch self {
        case .owner: "an owner"
        case .admin: "an administrator"
        case .member: "a member"
        case .guest: "a guest"
        case .bot: "a bot"
        }
    }
}
