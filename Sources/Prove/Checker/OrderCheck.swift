/// The order of a room: a socket's messages as it sent them, and everything as it really was.
struct OrderCheck {
    let evidence: Evidence
    let log: StoredLog
    let facts: MessageFacts

    /// An attempt that surely is the one that stored its message.
    private struct Storing {
        let attempt: UInt32
        let seq: UInt32
        let message: UInt32
        let record: Int
    }

    func run(_ verdict: inout Verdict) {
        sockets(&verdict)
        for room in log.rooms { realTime(of: room, &verdict) }
    }

    /// An acknowledgement that is not of a duplicate, or is of a message's only attempt, tells that this attempt stored it.
    private func sockets(_ verdict: inout Verdict) {
        var attempts = [UInt8](repeating: 0, count: facts.facts.count)
        var lines: [UInt32: [UInt16: [Storing]]] = [:]
        var count = 0
        evidence.history.forEach { index, record in
            switch record.kind {
            case .invoke where Int(record.message) < attempts.count:
                let made = attempts[Int(record.message)]
                attempts[Int(record.message)] = made < .max ? made + 1 : made
            case .ack where Int(record.message) < attempts.count:
                guard record.connection > 0, !record.flag || attempts[Int(record.message)] == 1 else { return }
                count += 1
                lines[record.connection, default: [:]][record.room, default: []].append(
                    Storing(attempt: record.detail, seq: record.seq, message: record.message, record: index))
            case .closed: compare(lines.removeValue(forKey: record.connection), of: record.connection, &verdict)
            default: break
            }
        }
        for (connection, rooms) in lines { compare(rooms, of: connection, &verdict) }
        verdict.looked(at: count, by: "places in a socket's order")
    }

    private func compare(_ rooms: [UInt16: [Storing]]?, of connection: UInt32, _ verdict: inout Verdict) {
        for (room, storings) in rooms ?? [:] {
            var last: Storing?
            for storing in storings.sorted(by: { $0.attempt < $1.attempt }) {
                if let before = last, before.seq >= storing.seq {
                    verdict.add(
                        Violation(
                            kind: .socketOrder, room: room, seq: storing.seq, message: storing.message,
                            connection: connection, record: storing.record,
                            text: "sent after message \(before.message), which has seq \(before.seq)"))
                }
                last = storing
            }
        }
    }

    /// Downwards through the room: nothing above may have been known before this message was sent.
    private func realTime(of room: UInt16, _ verdict: inout Verdict) {
        var earliest = MessageFacts.none
        var known: UInt32 = 0
        for event in log.events(of: room).reversed() where event.kind == .message {
            guard let fact = facts[event.message], fact.invoked != MessageFacts.none else { continue }
            if earliest < fact.invoked {
                verdict.add(
                    Violation(
                        kind: .realTimeOrder, room: room, seq: event.seq, message: event.message,
                        record: Int(fact.invoked),
                        text: "message \(known), which has a higher seq, was known to be stored before it was sent"))
            }
            if fact.known < earliest { (earliest, known) = (fact.known, event.message) }
        }
        verdict.looked(at: log.events(of: room).count, by: "places in real time")
    }
}
