/// The answers to senders: what was acknowledged is stored there, once; what was refused is not stored.
struct AckCheck {
    let evidence: Evidence
    let facts: MessageFacts

    /// What happened to the attempts of a message that was seen by somebody.
    private struct Attempts {
        var open = 0
        var refused = 0
    }

    func run(_ verdict: inout Verdict) {
        acks(&verdict)
        refusals(&verdict)
        for (number, fact) in facts.facts.enumerated() where fact.invoked != MessageFacts.none {
            if fact.seq == 0 {
                verdict.add(violation(.neverAcked, number, fact, "sent to the end, never acknowledged"))
            }
            if fact.known < fact.invoked {
                verdict.add(violation(.knownTooEarly, number, fact, "known before it was sent"))
            }
        }
    }

    private func violation(
        _ kind: Violation.Kind, _ number: Int, _ fact: MessageFacts.Fact, _ text: String
    ) -> Violation {
        Violation(kind: kind, room: fact.room, message: UInt32(number), record: Int(fact.invoked), text: text)
    }

    private func acks(_ verdict: inout Verdict) {
        var isFirst = [Bool](repeating: true, count: facts.facts.count)
        var count = 0
        evidence.history.forEach { index, record in
            guard record.kind == .ack else { return }
            count += 1
            guard let fact = facts[record.message], fact.invoked != MessageFacts.none else {
                return verdict.add(violation(.knownTooEarly, record, index, "acknowledged, but never sent"))
            }
            if fact.stored == 0 {
                verdict.add(violation(.ackedNotStored, record, index, "acknowledged, but not in the database"))
            } else if fact.stored != record.seq {
                let text = "acknowledged with seq \(record.seq), stored with \(fact.stored)"
                verdict.add(violation(fact.seq == record.seq ? .ackedElsewhere : .ackedTwice, record, index, text))
            }
            guard !record.flag else { return }
            if !isFirst[Int(record.message)] {
                verdict.add(violation(.ackedTwice, record, index, "a second acknowledgement says it is the first"))
            }
            isFirst[Int(record.message)] = false
        }
        verdict.looked(at: count, by: "acknowledgements")
    }

    /// A message that somebody saw while all its attempts were answered as refused was stored after all.
    private func refusals(_ verdict: inout Verdict) {
        let answers = refusedAttempts(&verdict)
        var attempts: [UInt32: Attempts] = [:]
        evidence.history.forEach { index, record in
            guard answers.messages.contains(record.message) else { return }
            switch record.kind {
            case .invoke:
                if answers.attempts.contains(record.detail) {
                    attempts[record.message, default: .init()].refused += 1
                } else {
                    attempts[record.message, default: .init()].open += 1
                }
            case .deliver, .pulled:
                guard let made = attempts[record.message], made.open == 0, made.refused > 0 else { return }
                attempts[record.message]?.open = 1
                verdict.add(violation(.refusedButStored, record, index, "delivered, but every attempt was refused"))
            default: break
            }
        }
    }

    private func refusedAttempts(_ verdict: inout Verdict) -> (attempts: Set<UInt32>, messages: Set<UInt32>) {
        var attempts: Set<UInt32> = []
        var messages: Set<UInt32> = []
        evidence.history.forEach { index, record in
            guard record.kind == .refused else { return }
            attempts.insert(record.detail)
            messages.insert(record.message)
            if record.flag {
                verdict.add(
                    violation(.wronglyRefused, record, index, "refused for ever, though nothing is wrong with it"))
            }
        }
        verdict.looked(at: attempts.count, by: "refusals")
        return (attempts, messages)
    }

    private func violation(_ kind: Violation.Kind, _ record: Record, _ index: Int, _ text: String) -> Violation {
        Violation(
            kind: kind, room: record.room, seq: record.seq, message: record.message, client: record.client,
            connection: record.connection, record: index, text: text)
    }
}
