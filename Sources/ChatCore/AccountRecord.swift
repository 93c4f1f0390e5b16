/// An account as those see it who administer.
package struct AccountRecord: Sendable, Hashable {
    /// As everybody else sees it.
    package let account: Account
    /// Decides what it may do.
    package let role: Role
    /// It cannot log in, and has no sessions.
    package let isDisabled: Bool
    /// Nothing personal is left of it, and nobody gets it back.
    package let isErased: Bool
    /// Guests, bots, and whoever has not chosen one yet, have none.
    package let hasPassword: Bool
    /// One that is confirmed, so that log-ins ask for it.
    package let hasSecondFactor: Bool
    /// By the database's clock.
    package let createdAt: Timestamp
    /// When one of its sessions was last used, an hour more or less; `nil` if none ever was.
    package let lastSeenAt: Timestamp?

    /// A row of the database.
    package init(
        account: Account, role: Role, isDisabled: Bool, isErased: Bool, hasPassword: Bool, hasSecondFactor: Bool,
        createdAt: Timestamp, lastSeenAt: Timestamp?
    ) {
        self.account = account
        self.role = role
        self.isDisabled = isDisabled
        self.isErased = isErased
        self.hasPassword = hasPassword
        self.hasSecondFactor = hasSecondFactor
        self.createdAt = createdAt
        self.lastSeenAt = lastSeenAt
    }
}
