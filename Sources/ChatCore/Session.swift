/// A login of an account on a device.
package struct Session: Sendable, Hashable {
    /// No secret: the session is proved by its token.
    package let id: SessionID
    /// Who has logged in.
    package let account: Account
    /// When the account logged in, by the database's clock.
    package let createdAt: Timestamp
    /// When it ends however much it is used. One that is not used ends before.
    package let expiresAt: Timestamp
    /// What the account was when the session was looked up; a change of it ends the session.
    package let role: Role
    /// What it may do: what the role allows, and of that only the scopes if it is a bot's.
    package private(set) var rights: Rights
    /// Whether logging in takes more than the password.
    package let hasSecondFactor: Bool

    /// A row of the database; whether it is still valid is the database's word.
    /// - Parameter scopes: what the token of a bot may do.
    package init(
        id: SessionID, account: Account, createdAt: Timestamp, expiresAt: Timestamp, role: Role,
        scopes: Rights = .all, hasSecondFactor: Bool = false
    ) {
        self.id = id
        self.account = account
        self.role = role
        self.rights = role.rights.intersection(scopes)
        self.hasSecondFactor = hasSecondFactor
        self.createdAt = createdAt
        self.expiresAt = expiresAt
    }

    /// The same session with less to do.
    package func without(_ rights: Rights) -> Session {
        var session = self
        session.rights.subtract(rights)
        return session
    }
}

/// A session as its owner sees it in the list of their own.
package struct SessionRecord: Sendable, Hashable {
    /// The session itself, without its token.
    package let session: Session
    /// Where the account logged in.
    package let place: LoginPlace
    /// When it was last used, an hour more or less.
    package let lastSeenAt: Timestamp

    /// A row of the database.
    package init(session: Session, place: LoginPlace, lastSeenAt: Timestamp) {
        self.session = session
        self.place = place
        self.lastSeenAt = lastSeenAt
    }
}
