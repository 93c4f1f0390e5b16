import ChatCore
import HTTPTypes
import Hummingbird
import NIOCore

/// How an error looks over HTTP (RFC 9457, Problem Details).
enum ProblemDetails {
    static let contentType = "application/problem+json"

    static func response(for error: ChatError) -> Response {
        var headers = HTTPFields()
        headers[.contentType] = contentType
        for (name, value) in extraHeaders(for: error) { headers[name] = value }
        return Response(status: status(of: error.code), headers: headers, body: .init(byteBuffer: body(of: error)))
    }

    /// Headers that belong to the error, beside the content type.
    static func extraHeaders(for error: ChatError) -> [(HTTPField.Name, String)] {
        switch error.code {
        case .notAuthenticated: [(.wwwAuthenticate, "Bearer")]
        case .unsupportedWebSocketVersion, .upgradeRequired:
            [(.upgrade, "websocket"), (.secWebSocketVersion, "13")]
        default:
            error.retryAfterMilliseconds.map { [(.retryAfter, String(max(1, ($0 + 999) / 1000)))] } ?? []
        }
    }

    static func body(of error: ChatError) -> ByteBuffer {
        let status = status(of: error.code)
        var json = JSONWriter()
        json.object { json in
            json.member("type", "urn:denwa:error:" + error.code.rawValue)
            json.member("title", status.reasonPhrase)
            json.member("status", Int64(status.code))
            json.member("code", error.code.rawValue)
            json.member("detail", error.detail)
            json.member("retryable", error.retryable)
            json.member("field", error.field)
        }
        return ByteBuffer(bytes: json.bytes)
    }

    static func status(of code: ChatError.Code) -> HTTPResponse.Status {
        switch code {
        case .malformedJSON, .badHandshake, .unsupportedSubprotocol, .unknownType: .badRequest
        case .invalidField: .unprocessableContent
        case .unsupportedMediaType: .unsupportedMediaType
        case .bodyTooLarge: .contentTooLarge
        case .notAuthenticated, .sessionEnded, .wrongCredentials, .secondFactorRequired: .unauthorized
        case .originNotAllowed, .originRequired, .tlsRequired, .notAMember, .banned, .wrongPassword, .wrongCode,
            .notAllowed,
            .accountDisabled,
            .signUpClosed, .guestsNotAllowed, .invitationRequired, .invitationNotValid, .linkNotValid:
            .forbidden
        case .secondFactorExists, .secondFactorNotBegun, .handleTaken, .roomExists, .idempotencyConflict,
            .resyncRequired, .notSubscribed, .tooManySubscriptions, .roomArchived:
            .conflict
        case .roomNotFound, .sessionNotFound, .accountNotFound, .invitationNotFound, .tokenNotFound, .notFound:
            .notFound
        case .methodNotAllowed: .methodNotAllowed
        case .upgradeRequired, .unsupportedWebSocketVersion: .upgradeRequired
        case .overloaded, .storageUnavailable, .storageFull, .outcomeUnknown, .shuttingDown: .serviceUnavailable
        case .tooManyRequests: .tooManyRequests
        case .internalError: .internalServerError
        }
    }
}
