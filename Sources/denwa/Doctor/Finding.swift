/// What a check has seen: how it is, and if it is not well, what to do.
struct Finding: Equatable {
    /// How urgent it is. The worst one decides the exit code.
    enum Level: String, Comparable {
        case ok
        /// Works, but somebody should look at it.
        case attention
        /// Does not work, or loses something.
        case failed

        static func < (first: Level, second: Level) -> Bool { first.weight < second.weight }

        private var weight: Int {
            switch self {
            case .ok: 0
            case .attention: 1
            case .failed: 2
            }
        }

        /// As in docs/cli.md.
        var exitCode: Int32 {
            switch self {
            case .ok: 0
            case .attention: 2
            case .failed: 1
            }
        }
    }

    /// Two or three words, the same in every run.
    let check: String
    let level: Level
    /// What was seen, a sentence.
    let text: String
    /// What to do about it; empty if all is well.
    let cure: String

    static func ok(_ check: String, _ text: String) -> Finding {
        Finding(check: check, level: .ok, text: text, cure: "")
    }

    /// - Parameter cure: may be empty if the text names it.
    static func attention(_ check: String, _ text: String, cure: String = "") -> Finding {
        Finding(check: check, level: .attention, text: text, cure: cure)
    }

    /// - Parameter cure: may be empty if the text names it.
    static func failed(_ check: String, _ text: String, cure: String = "") -> Finding {
        Finding(check: check, level: .failed, text: text, cure: cure)
    }
}
