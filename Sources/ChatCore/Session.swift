/// A login of an account on a device.
package struct Session: Sendable, Hashable {
    /// No secret: the session is proved by its token.
    package let id: SessionID
    package let account: Account
    package let createdAt: Timestamp
    /// Set at the log-in; use does not move it.
    package let expiresAt: Timestamp

    /// A row of the database; whether it is still valid is the database's word.
    package init(id: SessionID, account: Account, createdAt: Timestamp, expiresAt: Timestamp) {
        self.id = id
        self.account = account
        self.createdAt = createdAt
        self.expiresAt = expiresAt
    }
}
