import Glibc
import Synchronization

/// How far work is, on the standard error and only for a person: it appears after a second, on terminals that can go back in
/// a line. Callable from any thread.
final class ProgressBar: Sendable {
    private struct State {
        var drawnAt: ContinuousClock.Instant?
        var isOver = false
    }

    private let line: ProgressLine
    private let began = ContinuousClock.now
    private let isShown = Terminal.isInteractive(STDERR_FILENO)
    private let state = Mutex(State())

    private static let delay = Duration.seconds(1)
    private static let pause = Duration.milliseconds(100)

    /// - Parameters:
    ///   - what: what is being done, as `Copying events`.
    ///   - total: how much there is; `nil` if nobody knows.
    ///   - unit: what is counted.
    init(_ what: String, total: Int?, unit: String) {
        line = ProgressLine(what: what, total: total, unit: unit)
    }

    deinit { finish() }

    /// Says that so much is done now, counted from the beginning.
    func advance(to done: Int) {
        guard isShown else { return }
        let now = ContinuousClock.now
        state.withLock { state in
            guard !state.isOver, now - began >= Self.delay else { return }
            if let drawnAt = state.drawnAt, now - drawnAt < Self.pause { return }
            state.drawnAt = now
            let width = (Terminal.width(STDERR_FILENO) ?? 80) - 1
            Terminal.write("\r\u{1B}[2K" + line.text(done: done, elapsed: now - began, width: width), to: STDERR_FILENO)
        }
    }

    /// Takes the line away. Once is enough.
    func finish() {
        state.withLock { state in
            if state.drawnAt != nil, !state.isOver { Terminal.write("\r\u{1B}[2K", to: STDERR_FILENO) }
            state.isOver = true
        }
    }
}
