/// The database: each room's seqs are 1…n, no client id is there twice, and every message was sent just so.
struct StoreCheck {
    let evidence: Evidence
    let log: StoredLog
    let facts: MessageFacts

    func run(_ verdict: inout Verdict) {
        for room in log.rooms { numbers(of: room, &verdict) }
        messages(&verdict)
        verdict.looked(at: evidence.stored.count, by: "stored events")
    }

    private func numbers(of room: UInt16, _ verdict: inout Verdict) {
        var expected: UInt32 = 1
        for event in log.events(of: room) {
            if event.seq < expected {
                verdict.add(
                    Violation(
                        kind: .storedTwice, room: room, seq: event.seq, message: event.message,
                        text: "the seq is in the database twice"))
                continue
            }
            if event.seq > expected {
                verdict.add(
                    Violation(
                        kind: .numberMissing, room: room, seq: expected,
                        text: "the database has nothing from \(expected) to \(event.seq - 1)"))
            }
            expected = event.seq + 1
        }
        if let head = evidence.heads[room], head + 1 != expected {
            verdict.add(
                Violation(
                    kind: .numberMissing, room: room, seq: expected,
                    text: "the room's head is \(head), its last event is \(expected - 1)"))
        }
    }

    private func messages(_ verdict: inout Verdict) {
        var seen = [UInt32](repeating: 0, count: facts.facts.count)
        for event in evidence.stored where event.kind == .message {
            guard let fact = facts[event.message], fact.invoked != MessageFacts.none else {
                verdict.add(violation(.storedUnsent, event, "nobody sent the stored message"))
                continue
            }
            let first = seen[Int(event.message)]
            if first > 0 {
                verdict.add(violation(.storedTwice, event, "the client id is stored with seq \(first) too"))
            }
            seen[Int(event.message)] = event.seq
            let expected = evidence.script.digest(of: event.message, by: fact.author)
            if event.room != fact.room || event.author != fact.author || event.digest != expected {
                verdict.add(violation(.storedAltered, event, "it was sent with another room, author or body"))
            }
        }
    }

    private func violation(_ kind: Violation.Kind, _ event: StoredEvent, _ text: String) -> Violation {
        Violation(kind: kind, room: event.room, seq: event.seq, message: event.message, text: text)
    }
}
