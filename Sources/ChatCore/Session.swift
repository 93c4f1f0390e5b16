/// A login of an account on a device.
package struct Session: Sendable, Hashable {
    /// No secret: the session is proved by its token.
    package let id: SessionID
    package let account: Account
    package let createdAt: Timestamp
    /// When it ends however much it is used. One that is not used ends before.
    package let expiresAt: Timestamp

    /// A row of the database; whether it is still valid is the database's word.
    package init(id: SessionID, account: Account, createdAt: Timestamp, expiresAt: Timestamp) {
        self.id = id
        self.account = account
        self.createdAt = createdAt
        self.expiresAt = expiresAt
    }
}

/// A session as its owner sees it in the list of their own.
package struct SessionRecord: Sendable, Hashable {
    package let session: Session
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
