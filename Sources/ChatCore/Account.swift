/// The number of an account.
package struct AccountID: Sendable, Hashable, RawRepresentable {
    package let rawValue: Int64
    package init(rawValue: Int64) { self.rawValue = rawValue }
}

/// A person's or bot's record, as far as others may see it.
package struct Account: Sendable, Hashable {
    package let id: AccountID
    package let handle: Handle
    package let displayName: DisplayName

    package init(id: AccountID, handle: Handle, displayName: DisplayName) {
        self.id = id
        self.handle = handle
        self.displayName = displayName
    }
}

/// The number of a session.
package struct SessionID: Sendable, Hashable, RawRepresentable {
    package let rawValue: Int64
    package init(rawValue: Int64) { self.rawValue = rawValue }
}

/// A login of an account on a device.
package struct Session: Sendable, Hashable {
    package let id: SessionID
    package let account: Account
    package let createdAt: Timestamp
    package let expiresAt: Timestamp

    package init(id: SessionID, account: Account, createdAt: Timestamp, expiresAt: Timestamp) {
        self.id = id
        self.account = account
        self.createdAt = createdAt
        self.expiresAt = expiresAt
    }
}
