import NIOConcurrencyHelpers

/// What a proxy does to the bytes that pass; may be changed at any time, from any thread.
final class ProxyControl: Sendable {
    /// Where in a request and its answer a connection breaks.
    enum Cut: String, CaseIterable {
        /// The request is never passed on.
        case beforeRequest
        /// The request is passed on, and then the connection breaks: what became of it is not known.
        case afterRequest
        /// The answer has come, and is not passed on.
        case beforeAnswer
        /// The connection breaks within the answer.
        case withinAnswer
    }

    /// How the way is.
    struct Weather: Equatable {
        var delay = Duration.zero
        /// 0 is without bound.
        var bytesPerSecond = 0
        /// Nothing passes, nothing breaks.
        var isSilent = false

        static let fine = Weather()
    }

    private struct State {
        var weather = Weather.fine
        var armed: [Cut] = []
        var done: [Cut: Int] = [:]
    }

    /// Which requests can be cut.
    enum Target: Sendable {
        case everyRequest
        /// Those to PostgreSQL that end a transaction, of a program that goes by this name.
        case commits(of: String)
    }

    let target: Target

    private let state = NIOLockedValueBox(State())

    var weather: Weather {
        get { state.withLockedValue { $0.weather } }
        set { state.withLockedValue { $0.weather = newValue } }
    }

    init(target: Target = .everyRequest) { self.target = target }

    /// Breaks that have happened.
    var cuts: [Cut: Int] { state.withLockedValue { $0.done } }

    /// The next requests of the target, on whichever connection they come, meet these.
    func arm(_ cuts: [Cut]) { state.withLockedValue { $0.armed = cuts } }

    /// For one request.
    func takeCut() -> Cut? { state.withLockedValue { $0.armed.popLast() } }

    /// A connection broke there.
    func didCut(_ cut: Cut) { state.withLockedValue { $0.done[cut, default: 0] += 1 } }
}
