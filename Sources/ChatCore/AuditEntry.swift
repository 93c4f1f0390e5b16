/// Something that was done to an account and matters to its security.
package struct AuditEntry: Sendable {
    /// What was done.
    package enum Act: String, Sendable, CaseIterable {
        case accountCreated = "account_created"
        case loggedIn = "logged_in"
        /// With a wrong password, or for an account that does not exist.
        case logInRefused = "log_in_refused"
        case loggedOut = "logged_out"
        /// From another session of the account.
        case sessionEnded = "session_ended"
        case otherSessionsEnded = "other_sessions_ended"
        case passwordChanged = "password_changed"
        /// With a wrong old password.
        case passwordChangeRefused = "password_change_refused"
    }

    package let act: Act
    /// Whose account it is about, if there is one.
    package let account: AccountID?
    /// Who did it; `nil` if nobody was logged in.
    package let actor: AccountID?
    /// The IP address that it came from, if there is one.
    package let address: String?
    /// The session that it is about, if it is one.
    package let session: SessionID?

    /// What an account did to itself, or somebody who knew only its handle.
    /// - Parameter isLoggedIn: whether a session proved who asked.
    package init(
        _ act: Act, _ account: AccountID?, isLoggedIn: Bool = true, from address: String?, session: SessionID? = nil
    ) {
        self.act = act
        self.account = account
        self.actor = isLoggedIn ? account : nil
        self.address = address
        self.session = session
    }
}
