/// A login of an account on a device.
package struct Session: Sendable, Hashable {
    package let id: SessionID
    package let account: Account
    package let createdAt: Timestamp
    package let expiresAt: Timestamp

    /// A row of the database; whether it is still valid is the database's word.
    package init(id: SessionID, account: Account, createdAt: Timestamp, expiresAt: Timestamp) {
        self.id = id
        self.account = account
        self.createdAt = createdAt
        self.expiresAt = expiresAt
    }
}
