import ChatCore
import ChatStore

/// Who may make an account.
package enum SignUpPolicy: String, Sendable, CaseIterable {
    /// Everybody.
    case open
    /// Whoever has an invitation.
    case invite
    /// Only those who administer make accounts.
    case closed

    /// The invitation that a sign-up uses, if it uses one.
    /// - Parameter code: what was presented as one.
    /// - Throws: `sign_up_closed`, `invitation_required`, `invitation_not_valid` for what cannot be a code.
    func invitation(_ code: String?) throws(ChatError) -> SecretToken? {
        switch (self, code) {
        case (.closed, _):
            throw ChatError(.signUpClosed, "This server takes no sign-ups. Ask an administrator for an account.")
        case (.invite, nil):
            throw ChatError(
                .invitationRequired, "This server takes sign-ups by invitation only. Ask whoever runs it for one.",
                field: "invitation")
        case (.open, nil): return nil
        case (_, let code?):
            guard let token = SecretToken(presented: code) else { throw .invitationNotValid }
            return token
        }
    }
}
