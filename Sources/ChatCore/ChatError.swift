/// What a person or a program is told when something cannot be done. Thrown anywhere, translated in two places:
/// HTTP (problem+json) and the socket (an `error` frame).
package struct ChatError: Error, Sendable, Equatable {
    /// What programs go by.
    package let code: Code
    /// A sentence with cause and cure. Never holds a secret or a message's text.
    package let detail: String
    /// The member or parameter at fault.
    package let field: String?
    /// How long to wait before trying again, in milliseconds.
    package let retryAfterMilliseconds: Int?

    /// - Parameter detail: cause and cure, for a person. It must not hold a secret or a message's text.
    package init(_ code: Code, _ detail: String, field: String? = nil, retryAfterMilliseconds: Int? = nil) {
        self.code = code
        self.detail = detail
        self.field = field
        self.retryAfterMilliseconds = retryAfterMilliseconds
    }

    /// Whether the same request may succeed later without any change.
    package var retryable: Bool { code.retryable }

    /// `invalid_field`: a member or parameter is missing, of another type, or out of bounds.
    package static func invalid(_ field: String, _ detail: String) -> ChatError {
        ChatError(.invalidField, detail, field: field)
    }

    /// `room_not_found`: it never existed or was deleted.
    package static func roomNotFound(_ room: RoomName) -> ChatError {
        ChatError(.roomNotFound, "There is no room named \(room). GET /v1/rooms lists the rooms.", field: "room")
    }

    /// `not_a_member`: only members may do this.
    package static func notAMember(_ room: RoomName) -> ChatError {
        ChatError(
            .notAMember, "You are not a member of \(room). Join it with PUT /v1/rooms/\(room)/members/me.",
            field: "room")
    }

    /// `room_archived`: members can still read it.
    package static func roomArchived(_ room: RoomName) -> ChatError {
        ChatError(.roomArchived, "\(room) is archived: it can be read, but it takes no more messages.", field: "room")
    }

    /// `banned`: the account cannot join the room again.
    package static func banned(from room: RoomName) -> ChatError {
        ChatError(.banned, "You are banned from \(room). Ask whoever administers this server.", field: "room")
    }

    /// No token, an unknown one, or a session that has ended: the client is not told which.
    package static var notAuthenticated: ChatError {
        ChatError(.notAuthenticated, "There is no valid session. Log in with POST /v1/sessions.")
    }

    /// Said on a socket that is closed for it.
    package static var sessionEnded: ChatError {
        ChatError(.sessionEnded, "The session has ended. Log in again with POST /v1/sessions.")
    }

    /// The role or the scopes are not enough.
    package static func notAllowed(_ right: Rights) -> ChatError {
        ChatError(
            .notAllowed,
            "This needs the right \(right.names.joined(separator: " and ")), which this session does not have. "
                + "GET /v1/me shows what it may do.")
    }

    /// To be tried again after a second.
    /// - Parameter what: the cause, a whole sentence; the cure follows it.
    package static func overloaded(_ what: String) -> ChatError {
        ChatError(.overloaded, "\(what) Try again in a second.", retryAfterMilliseconds: 1000)
    }

    /// For whoever comes after the stop has begun; to be tried again after a second.
    package static var shuttingDown: ChatError {
        ChatError(
            .shuttingDown, "The server is shutting down. Connect again in a moment.", retryAfterMilliseconds: 1000)
    }
}

extension ChatError {
    /// Stable names; programs read these and never the text.
    package enum Code: String, Sendable, CaseIterable {
        case malformedJSON = "malformed_json"
        case unknownType = "unknown_type"
        case invalidField = "invalid_field"
        case unsupportedMediaType = "unsupported_media_type"
        case bodyTooLarge = "body_too_large"
        case notAuthenticated = "not_authenticated"
        case wrongCredentials = "wrong_credentials"
        case wrongPassword = "wrong_password"
        case notAllowed = "not_allowed"
        case sessionEnded = "session_ended"
        case sessionNotFound = "session_not_found"
        case accountNotFound = "account_not_found"
        case accountDisabled = "account_disabled"
        case signUpClosed = "sign_up_closed"
        case guestsNotAllowed = "guests_not_allowed"
        case invitationRequired = "invitation_required"
        case invitationNotValid = "invitation_not_valid"
        case invitationNotFound = "invitation_not_found"
        case linkNotValid = "link_not_valid"
        case secondFactorRequired = "second_factor_required"
        case wrongCode = "wrong_code"
        case secondFactorExists = "second_factor_exists"
        case secondFactorNotBegun = "second_factor_not_begun"
        case tokenNotFound = "token_not_found"
        case originNotAllowed = "origin_not_allowed"
        case originRequired = "origin_required"
        case tlsRequired = "tls_required"
        case handleTaken = "handle_taken"
        case roomExists = "room_exists"
        case roomNotFound = "room_not_found"
        case roomArchived = "room_archived"
        case notAMember = "not_a_member"
        case banned
        case notSubscribed = "not_subscribed"
        case tooManySubscriptions = "too_many_subscriptions"
        case idempotencyConflict = "idempotency_conflict"
        case resyncRequired = "resync_required"
        case tooManyRequests = "too_many_requests"
        case overloaded
        case storageUnavailable = "storage_unavailable"
        case storageFull = "storage_full"
        case outcomeUnknown = "outcome_unknown"
        case shuttingDown = "shutting_down"
        case upgradeRequired = "upgrade_required"
        case unsupportedWebSocketVersion = "unsupported_websocket_version"
        case badHandshake = "bad_handshake"
        case unsupportedSubprotocol = "unsupported_subprotocol"
        case notFound = "not_found"
        case methodNotAllowed = "method_not_allowed"
        case internalError = "internal_error"

        /// Whether the cause may pass by itself, so that the same request may succeed later.
        package var retryable: Bool {
            switch self {
            case .tooManyRequests, .overloaded, .storageUnavailable, .storageFull, .outcomeUnknown, .shuttingDown,
                .internalError:
                true
            default: false
            }
        }
    }
}
