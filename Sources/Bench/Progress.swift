import NIOCore
import Synchronization

/// Tells a person that something is going on: one line that changes on a terminal, else a line now and then.
package final class Progress: Sendable {
    private let isTerminal: Bool
    private let write: @Sendable (String) -> Void
    private let state = Mutex<(shown: String, at: NIODeadline)>(("", .uptimeNanoseconds(0)))

    private static let pause = TimeAmount.seconds(5)

    /// - Parameters:
    ///   - isTerminal: whether a line can be written over.
    ///   - write: takes text as it is.
    package init(isTerminal: Bool, write: @escaping @Sendable (String) -> Void) {
        self.isTerminal = isTerminal
        self.write = write
    }

    func show(_ text: String) {
        let now = NIODeadline.now()
        let isDue = state.withLock { state in
            guard state.shown != text, isTerminal || now >= state.at + Self.pause else { return false }
            state = (text, now)
            return true
        }
        guard isDue else { return }
        write(isTerminal ? "\r\u{1B}[K\(text)" : text + "\n")
    }

    /// Takes the line away.
    func clear() {
        let wasShown = state.withLock { state in
            defer { state.shown = "" }
            return !state.shown.isEmpty
        }
        if isTerminal, wasShown { write("\r\u{1B}[K") }
    }
}
