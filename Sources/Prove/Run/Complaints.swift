import NIOConcurrencyHelpers

/// Keeps complaints until somebody takes them.
final class Complaints: Sendable {
    private struct State {
        var waiting: [String] = []
        var forward: (@Sendable (String) -> Void)?
    }

    private let state = NIOLockedValueBox(State())

    func add(_ what: String) {
        let forward = state.withLockedValue { state in
            if state.forward == nil { state.waiting.append(what) }
            return state.forward
        }
        forward?(what)
    }

    func forward(_ receiver: @escaping @Sendable (String) -> Void) {
        let waiting = state.withLockedValue { state in
            state.forward = receiver
            return state.waiting
        }
        waiting.forEach(receiver)
    }
}
