/// What an Engine.IO request is refused with, in the words of the reference server, which clients compare.
package enum EngineError: Error, Equatable {
    case unknownTransport
    case unknownSession
    case badMethod
    case badRequest
    case forbidden
    case unsupportedProtocol
    /// The body is larger than `maxPayload`. It has no code.
    case tooLarge

    /// The member `code` of the answer; ``tooLarge`` has that of ``badRequest``.
    package var code: Int {
        switch self {
        case .unknownTransport: 0
        case .unknownSession: 1
        case .badMethod: 2
        case .badRequest, .tooLarge: 3
        case .forbidden: 4
        case .unsupportedProtocol: 5
        }
    }

    /// The member `message` of the answer.
    package var message: String {
        switch self {
        case .unknownTransport: "Transport unknown"
        case .unknownSession: "Session ID unknown"
        case .badMethod: "Bad handshake method"
        case .badRequest: "Bad request"
        case .forbidden: "Forbidden"
        case .unsupportedProtocol: "Unsupported protocol version"
        case .tooLarge: "Payload too large"
        }
    }

    /// What to do about it, for whoever looks at the answer; clients do not.
    package var detail: String? {
        guard self == .unknownSession else { return nil }
        return
            "The session has ended, or another process has it. Connect again; where several processes share an address, let a "
            + "client's requests reach the same one, or use transports: [\"websocket\"]."
    }

    /// Of the HTTP answer.
    package var status: Int {
        switch self {
        case .forbidden: 403
        case .tooLarge: 413
        default: 400
        }
    }
}
