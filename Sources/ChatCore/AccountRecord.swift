/// An account as those see it who administer.
package struct AccountRecord: Sendable, Hashable {
    package let account: Account
    package let role: Role
    package let isDisabled: Bool
    /// Nothing personal is left of it, and nobody gets it back.
    package let isErased: Bool
    package let hasPassword: Bool
    package let hasSecondFactor: Bool
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
