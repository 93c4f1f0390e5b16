/// What an account is on this server.
package enum Role: String, Sendable, Hashable, CaseIterable {
    /// May do everything, and alone makes administrators and owners.
    case owner
    /// Administers accounts, bots and invitations.
    case admin
    case member
    /// Somebody without a password, who came in under a name.
    case guest
    /// A program; it has tokens in place of a password.
    case bot

    /// What the role allows.
    package var rights: Rights {
        switch self {
        case .owner, .admin: .all
        case .member: [.read, .send, .join, .createRooms, .account]
        case .guest: [.read, .send, .join]
        case .bot: .scopes
        }
    }

    /// Whether an account of this role may administer one of another.
    package func outranks(_ other: Role) -> Bool {
        switch self {
        case .owner: true
        case .admin: other != .owner && other != .admin
        case .member, .guest, .bot: false
        }
    }
}

/// What a session may do.
package struct Rights: OptionSet, Sendable, Hashable {
    /// A bit for each right. In JSON and in the database there are ``names`` instead.
    package let rawValue: UInt8

    /// Keeps bits that are no right's; they allow nothing.
    package init(rawValue: UInt8) { self.rawValue = rawValue }

    /// Reads rooms, live and from history.
    package static let read = Rights(rawValue: 1)
    /// Sends messages.
    package static let send = Rights(rawValue: 2)
    /// Joins and leaves rooms.
    package static let join = Rights(rawValue: 4)
    /// Makes rooms, as their owner.
    package static let createRooms = Rights(rawValue: 8)
    /// Manages its own account: password, second factor, sessions.
    package static let account = Rights(rawValue: 16)
    /// Manages other accounts, bots and invitations.
    package static let administer = Rights(rawValue: 32)

    /// What owners and administrators have.
    package static let all: Rights = [.read, .send, .join, .createRooms, .account, .administer]
    /// What a bot's token can be given.
    package static let scopes: Rights = [.read, .send, .join, .createRooms]

    /// In alphabetical order.
    private static let byName: [(name: String, right: Rights)] = [
        ("account", .account), ("administer", .administer), ("create_rooms", .createRooms), ("join", .join),
        ("read", .read), ("send", .send),
    ]

    /// As they are written in JSON and in the database, in alphabetical order.
    package var names: [String] { Self.byName.filter { contains($0.right) }.map(\.name) }

    /// What the token of a bot is to be allowed.
    /// - Throws: `invalid_field` for none at all, or a name that is no scope's.
    package init(scopes names: [String]) throws(ChatError) {
        guard let rights = Rights(names: names), !rights.isEmpty, rights.isSubset(of: .scopes) else {
            throw .invalid("scopes", "scopes has one or more of \(Rights.scopes.names.joined(separator: ", ")).")
        }
        self = rights
    }

    /// The rights with these names; `nil` if one of them is no right's.
    package init?(names: some Sequence<some StringProtocol>) {
        var rights: Rights = []
        for name in names {
            guard let right = Self.byName.first(where: { $0.name == name })?.right else { return nil }
            rights.formUnion(right)
        }
        self = rights
    }
}
