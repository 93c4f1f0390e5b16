import SeededRandom

/// A fault that is to happen.
struct Fault: Sendable, Equatable {
    let number: Int
    let kind: FaultKind
    /// From the beginning of the run.
    let at: Duration
    let lasts: Duration
    /// For choices of its own.
    let seed: UInt64
}

/// Which fault happens when. The same for the same seed, length and kinds.
struct FaultSchedule: Sendable, Equatable {
    let faults: [Fault]

    /// Seconds between two faults, on average, in a run that is long enough for one of each kind.
    private static let pause = 3.0
    /// Time for clients to begin, in seconds.
    private static let prelude = 1.5

    init(seed: UInt64, seconds: Int, kinds: Set<FaultKind>) {
        var random = SeededGenerator(seed: seed, stream: 1)
        let kinds = FaultKind.allCases.filter { kinds.contains($0) }
        let time = Double(seconds) - Self.prelude - 1
        let pause = min(Self.pause, time / Double(kinds.count + 1))
        var faults: [Fault] = []
        func add(_ kind: FaultKind, at seconds: Double) {
            faults.append(
                Fault(
                    number: faults.count + 1, kind: kind, at: .milliseconds(Int(seconds * 1000)),
                    lasts: .milliseconds(Int.random(in: kind.length, using: &random)), seed: random.next()))
        }
        // First one of each kind, so that even a short run has seen all.
        for (number, kind) in kinds.shuffled(using: &random).enumerated() {
            add(kind, at: Self.prelude + pause * (Double(number) + Double.random(in: 0..<1, using: &random)))
        }
        var at = Self.prelude + pause * Double(kinds.count)
        var deck: [FaultKind] = []
        while at < Double(seconds) - 0.5, !kinds.isEmpty {
            if deck.isEmpty {
                deck = kinds.flatMap { [FaultKind](repeating: $0, count: $0.weight) }.shuffled(using: &random)
            }
            add(deck.removeLast(), at: at)
            at += pause * Double.random(in: 0.3...1.7, using: &random)
        }
        self.faults = faults
    }
}
