/// Something that was done to an account and matters to its security, or to a room by somebody who administers.
package struct AuditEntry: Sendable {
    /// What was done.
    package enum Act: String, Sendable, CaseIterable {
        case accountCreated = "account_created"
        case loggedIn = "logged_in"
        /// With a wrong password, or for an account that does not exist.
        case logInRefused = "log_in_refused"
        /// With the right password, but the account is disabled.
        case disabledRefused = "disabled_refused"
        case loggedOut = "logged_out"
        /// From another session of the account.
        case sessionEnded = "session_ended"
        case otherSessionsEnded = "other_sessions_ended"
        case passwordChanged = "password_changed"
        /// Somebody logged in was asked for the password again, and it was a wrong one.
        case passwordRefused = "password_refused"
        /// With the right password, but a wrong code.
        case codeRefused = "code_refused"
        case guestCreated = "guest_created"
        /// A guest became a member.
        case guestSignedUp = "guest_signed_up"
        case roleChanged = "role_changed"
        case accountDisabled = "account_disabled"
        case accountEnabled = "account_enabled"
        case accountErased = "account_erased"
        /// All sessions of the account, by somebody who administers.
        case signedOut = "signed_out"
        case resetLinkMade = "reset_link_made"
        /// With such a link.
        case passwordReset = "password_reset"
        case secondFactorAdded = "second_factor_added"
        case secondFactorRemoved = "second_factor_removed"
        case recoveryCodesMade = "recovery_codes_made"
        case recoveryCodeUsed = "recovery_code_used"
        case invitationMade = "invitation_made"
        case invitationRevoked = "invitation_revoked"
        case botTokenMade = "bot_token_made"
        case botTokenRevoked = "bot_token_revoked"
        case roomCreated = "room_created"
        case roomRenamed = "room_renamed"
        case roomArchived = "room_archived"
        case roomUnarchived = "room_unarchived"
        case roomDeleted = "room_deleted"
        /// By somebody else than the member.
        case memberRemoved = "member_removed"
        case memberBanned = "member_banned"
        case memberUnbanned = "member_unbanned"
        case memberRoleChanged = "member_role_changed"
        /// Of a room, or of all rooms.
        case retentionChanged = "retention_changed"
        /// The content of messages that were older than the room keeps them.
        case messagesExpired = "messages_expired"

        /// Whether it is always done by somebody who is not logged in, and never on the command line.
        package var isAnonymous: Bool {
            switch self {
            case .logInRefused, .codeRefused, .disabledRefused, .passwordReset: true
            default: false
            }
        }
    }

    /// Stored under its raw value.
    package let act: Act
    /// Whose account it is about, if there is one.
    package let account: AccountID?
    /// Who did it; `nil` if nobody was logged in.
    package let actor: AccountID?
    /// The IP address that it came from, if there is one.
    package let address: String?
    /// The session that it is about, if it is one.
    package let session: SessionID?
    /// The room that it is about, if it is one.
    package let room: RoomName?
    /// What else there is to know of it: from which role to which, or the number of an invitation. Nothing personal.
    package let detail: String?

    /// What an account did to itself, or somebody who knew only its handle.
    /// - Parameter isLoggedIn: whether a session proved who asked.
    package init(
        _ act: Act, _ account: AccountID?, isLoggedIn: Bool = true, from address: String?, session: SessionID? = nil,
        detail: String? = nil
    ) {
        self.act = act
        self.account = account
        self.actor = isLoggedIn ? account : nil
        self.address = address
        self.session = session
        self.room = nil
        self.detail = detail
    }

    /// What somebody did who administers.
    package init(
        _ act: Act, _ account: AccountID? = nil, in room: RoomName? = nil, by administrator: Administrator,
        session: SessionID? = nil, detail: String? = nil
    ) {
        self.act = act
        self.account = account
        self.actor = administrator.account
        self.address = administrator.address
        self.session = session
        self.room = room
        self.detail = detail
    }
}
