import ChatClient

/// Sends until the server has said whether a message is stored.
struct MessageSender {
    let api: ChatAPI
    let token: String
    let room: String

    private static let patience = Duration.seconds(30)

    /// - Parameter clientID: the same for every try, so that the message is stored once.
    /// - Throws: the last `ClientFailure`: a refusal, or what was still in the way after half a minute.
    func send(_ text: String, clientID: String) async throws -> ChatAPI.Sent {
        let deadline = ContinuousClock.now + Self.patience
        while true {
            do {
                return try await api.send(text, to: room, clientID: clientID, token: token)
            } catch let failure as ClientFailure {
                guard failure.mayPass, ContinuousClock.now < deadline else { throw failure }
                try await Task.sleep(for: failure.pause)
            }
        }
    }
}

extension ClientFailure {
    /// Whether the same request may succeed later.
    fileprivate var mayPass: Bool {
        switch self {
        case .unreachable, .lost, .timedOut: true
        case .refused(let status, _, _, _): status == 429 || status >= 500
        case .unexpected: false
        }
    }

    fileprivate var pause: Duration {
        if case .refused(_, _, _, let milliseconds?) = self { return .milliseconds(min(max(milliseconds, 0), 10_000)) }
        return .milliseconds(500)
    }
}
