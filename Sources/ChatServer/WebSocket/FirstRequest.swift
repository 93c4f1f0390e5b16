import NIOConcurrencyHelpers
import NIOCore
import NIOHTTPTypes

/// Where a connection's task waits for its first request. A future would do, but waking an event loop only to wait for it
/// would be a tenth of what a connection costs that becomes a WebSocket.
final class FirstRequest: Sendable {
    typealias Requests = NIOAsyncChannel<HTTPRequestPart, HTTPResponsePart>

    private enum State {
        case undecided
        case awaited(CheckedContinuation<Requests?, Never>)
        case decided(Requests?)
    }

    private let state = NIOLockedValueBox(State.undecided)

    /// The connection's requests, at the first of them; `nil` if none will come, because the connection has become a
    /// WebSocket or has ended. For one task.
    var channel: Requests? {
        get async {
            await withCheckedContinuation { continuation in
                let decision: Requests?? = state.withLockedValue { state in
                    if case .decided(let channel) = state { return .some(channel) }
                    state = .awaited(continuation)
                    return nil
                }
                if let decision { continuation.resume(returning: decision) }
            }
        }
    }

    /// Decides; later decisions count for nothing.
    func come(on channel: Requests?) {
        let waiting: CheckedContinuation<Requests?, Never>? = state.withLockedValue { state in
            switch state {
            case .undecided:
                state = .decided(channel)
                return nil
            case .awaited(let continuation):
                state = .decided(nil)
                return continuation
            case .decided: return nil
            }
        }
        waiting?.resume(returning: channel)
    }
}
