/// Why a request has no good answer.
package enum ClientFailure: Error, Sendable, Equatable, CustomStringConvertible {
    /// There was no connection: the server has not seen the request.
    case unreachable(String)
    /// The connection ended before the answer: the server may have done what was asked.
    case lost(String)
    /// No answer in time: the server may have done what was asked, or do it still.
    case timedOut
    /// The server's own answer: an HTTP status and the problem's members (RFC 9457).
    case refused(status: Int, code: String, detail: String, retryAfterMilliseconds: Int?)
    /// An answer that does not fit the protocol.
    case unexpected(String)

    package var description: String {
        switch self {
        case .unreachable(let reason): "The server cannot be reached: \(reason)."
        case .lost(let reason): "The connection was lost before the answer: \(reason)."
        case .timedOut: "The server did not answer in time."
        case .refused(let status, let code, let detail, _): "The server answered \(status) \(code): \(detail)"
        case .unexpected(let what): "The server's answer does not fit the protocol: \(what)."
        }
    }
}
