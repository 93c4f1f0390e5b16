import NIOConcurrencyHelpers

/// Which faults happened, and how long it took until somebody got an acknowledgement again.
final class FaultLog: Sendable {
    /// Of one kind of fault.
    struct Entry: Sendable, Encodable {
        var count = 0
        /// Milliseconds from the end of the fault to the next acknowledgement.
        var recoveryMs: [Int] = []

        var median: Int { recoveryMs.sorted().dropFirst(recoveryMs.count / 2).first ?? 0 }
        var longest: Int { recoveryMs.max() ?? 0 }

        private enum CodingKeys: CodingKey { case count, recovered, medianRecoveryMs, longestRecoveryMs }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(count, forKey: .count)
            try container.encode(recoveryMs.count, forKey: .recovered)
            try container.encode(median, forKey: .medianRecoveryMs)
            try container.encode(longest, forKey: .longestRecoveryMs)
        }
    }

    private struct State {
        var entries: [FaultKind: Entry] = [:]
        var recovered: Set<Int> = []
        var failures: [String] = []
    }

    private let recorder: Recorder
    private let state = NIOLockedValueBox(State())

    init(recorder: Recorder) { self.recorder = recorder }

    /// The fault is over, or done; from now on recovery counts.
    func happened(_ fault: Fault) {
        state.withLockedValue { $0.entries[fault.kind, default: .init()].count += 1 }
        recorder.watch { wait in
            self.state.withLockedValue { state in
                state.entries[fault.kind]?.recoveryMs.append(Int(wait / 1_000_000))
                state.recovered.insert(fault.number)
            }
        }
    }

    /// Returns when the fault is followed by an acknowledgement, after the time, or when the task is cancelled.
    func recovery(of fault: Fault, within patience: Duration) async {
        let deadline = ContinuousClock.now + patience
        while ContinuousClock.now < deadline, !Task.isCancelled,
            !state.withLockedValue({ $0.recovered.contains(fault.number) })
        {
            try? await Task.sleep(for: .milliseconds(20))
        }
    }

    /// Something went wrong with a fault itself.
    func failed(_ what: String) { state.withLockedValue { $0.failures.append(what) } }

    var entries: [FaultKind: Entry] { state.withLockedValue { $0.entries } }

    var failures: [String] { state.withLockedValue { $0.failures } }

    var count: Int { state.withLockedValue { $0.entries.values.reduce(0) { $0 + $1.count } } }
}
