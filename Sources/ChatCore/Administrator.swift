/// Who administers: an account that may, or whoever can reach the database with the command line.
package struct Administrator: Sendable {
    /// `nil` for the command line.
    package let account: AccountID?
    /// Decides whom they may administer, see ``Role/outranks(_:)``.
    package let role: Role
    /// The IP address that it is asked from, if it is one.
    package let address: String?

    /// May do what an owner may.
    package static let commandLine = Administrator(account: nil, role: .owner, address: nil)

    /// Whether the session may administer at all has been checked before.
    package init(_ session: Session, from address: String?) {
        self.init(account: session.account.id, role: session.role, address: address)
    }

    private init(account: AccountID?, role: Role, address: String?) {
        self.account = account
        self.role = role
        self.address = address
    }

    /// - Throws: `not_allowed` for an account of the same or a higher rank, and for the administrator's own.
    package func mayChange(_ other: AccountID, of role: Role) throws(ChatError) {
        guard other != account else {
            throw ChatError(.notAllowed, "This cannot be done to one's own account. Ask somebody else who administers.")
        }
        guard self.role.outranks(role) else {
            throw ChatError(.notAllowed, "Only an owner may do this to an owner or an administrator.")
        }
    }
}
