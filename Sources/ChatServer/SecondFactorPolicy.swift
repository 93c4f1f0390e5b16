package import ChatCore

/// Who has to have a second factor.
package enum SecondFactorPolicy: String, Sendable, CaseIterable {
    /// Nobody; everybody can have one.
    case optional
    /// Whoever administers, before it may do so.
    case admins
    /// Everybody with a password, before they may do anything but set it up.
    case everybody

    /// What a session may not do while its account has none. Guests and bots have no password that it could stand beside.
    package func withheld(from role: Role) -> Rights {
        switch self {
        case .optional: []
        case .admins: role.rights.intersection(.administer)
        case .everybody: role.rights.contains(.account) ? role.rights.subtracting(.account) : []
        }
    }
}
