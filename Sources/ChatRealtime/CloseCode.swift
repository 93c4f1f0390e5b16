/// Why a socket is closed, and what the client should do about it (docs/asyncapi.yaml has the same table).
package enum CloseCode: UInt16, Sendable, CaseIterable {
    case normal = 1000
    case goingAway = 1001
    case protocolError = 1002
    case unacceptableData = 1003
    case invalidText = 1007
    case policyViolation = 1008
    case messageTooLarge = 1009
    case internalError = 1011
    case serviceRestart = 1012
    /// The session has ended.
    case sessionEnded = 4401
    /// The client did not answer pings, or did not read.
    case timedOut = 4408
    /// The client sends rubbish faster than it is worth answering.
    case tooManyErrors = 4429

    /// What a client should do after a close with the code.
    package enum Advice: Sendable {
        /// Connect again after a growing pause.
        case reconnect
        /// Ask for credentials first.
        case logIn
        /// Doing the same again leads here again.
        case mendFirst
    }

    /// As in the table that clients go by; it is not sent.
    package var advice: Advice {
        switch self {
        case .normal, .goingAway, .internalError, .serviceRestart, .timedOut: .reconnect
        case .sessionEnded: .logIn
        case .protocolError, .unacceptableData, .invalidText, .policyViolation, .messageTooLarge, .tooManyErrors:
            .mendFirst
        }
    }

    /// Whether a peer may send this code in a close frame (RFC 6455, 7.4).
    static func isValid(received code: UInt16) -> Bool {
        switch code {
        case 1000...1003, 1007...1014, 3000...4999: true
        default: false
        }
    }
}
