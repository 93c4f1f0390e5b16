import NIOConcurrencyHelpers

/// Tells a person what is going on: one line that changes on a terminal, else a line for each stage.
package final class Progress: Sendable {
    private let isTerminal: Bool
    private let write: @Sendable (String) -> Void
    private let shown = NIOLockedValueBox("")

    /// - Parameters:
    ///   - isTerminal: whether a line can be written over.
    ///   - write: takes text as it is.
    package init(isTerminal: Bool, write: @escaping @Sendable (String) -> Void) {
        self.isTerminal = isTerminal
        self.write = write
    }

    /// - Parameter detail: what changes within the stage; for terminals only.
    func show(_ stage: String, _ detail: String = "") {
        let text = isTerminal && !detail.isEmpty ? "\(stage), \(detail)" : stage
        let isNew = shown.withLockedValue { shown in
            defer { shown = text }
            return shown != text
        }
        if isNew { write(isTerminal ? "\r\u{1B}[K\(text)" : text + "\n") }
    }

    /// Takes the line away.
    func clear() {
        let wasShown = shown.withLockedValue { shown in
            defer { shown = "" }
            return !shown.isEmpty
        }
        if isTerminal, wasShown { write("\r\u{1B}[K") }
    }
}
