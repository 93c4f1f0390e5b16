/// What the history says of each message, gathered in one pass.
struct MessageFacts: Sendable {
    struct Fact: Sendable {
        var room: UInt16 = 0
        var author: UInt16 = 0
        /// Record of the first attempt; `none` if there is none.
        var invoked = UInt32.max
        /// Record of the first acknowledgement or delivery.
        var known = UInt32.max
        /// The acknowledged seq; 0 if it was never acknowledged.
        var seq: UInt32 = 0
        /// The seq that the database has; 0 if it is not stored.
        var stored: UInt32 = 0
    }

    static let none = UInt32.max

    /// By number; the first is not used.
    private(set) var facts: [Fact] = []

    init(_ evidence: Evidence) {
        var facts: [Fact] = []
        evidence.history.forEach { index, record in
            guard record.message > 0, record.message < StoredEvent.stranger else { return }
            let number = Int(record.message)
            // Numbers are given out one after the other: a far one is no message of this run.
            guard number < facts.count + 1_000_000 else { return }
            while facts.count <= number { facts.append(Fact()) }
            Self.note(record, at: UInt32(clamping: index), evidence, &facts[number])
        }
        for event in evidence.stored where event.kind == .message && Int(event.message) < facts.count {
            facts[Int(event.message)].stored = event.seq
        }
        self.facts = facts
    }

    subscript(message: UInt32) -> Fact? { Int(message) < facts.count && message > 0 ? facts[Int(message)] : nil }

    private static func note(_ record: Record, at index: UInt32, _ evidence: Evidence, _ fact: inout Fact) {
        switch record.kind {
        case .invoke where fact.invoked == none:
            fact.invoked = index
            fact.room = record.room
            fact.author = evidence.account(of: record.client)
        case .ack:
            if fact.known == none { fact.known = index }
            if fact.seq == 0 { fact.seq = record.seq }
        case .deliver, .pulled:
            if fact.known == none { fact.known = index }
        default: break
        }
    }
}
