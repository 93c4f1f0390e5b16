@testable import Prove

extension Corruption {
    static let ofTheDatabase: [Corruption] = [
        Corruption("an acknowledged message is not in the database", .ackedNotStored, also: [.phantom]) { spoilt in
            // From the end of the last room, so that the numbers stay whole.
            while let last = spoilt.evidence.stored.popLast() {
                spoilt.evidence.heads[last.room] = last.seq - 1
                if last.kind == .message { return true }
                spoilt.evidence.memberships.removeAll { $0.room == last.room && $0.joined == last.seq }
            }
            return false
        },
        Corruption("a number is missing in the database", .numberMissing, also: [.phantom]) { spoilt in
            let place = spoilt.someStored { $0.kind == .message && $0.seq < 40 }
            return place.map { spoilt.evidence.stored.remove(at: $0) } != nil
        },
        Corruption("a head above the last event", .numberMissing) { spoilt in
            spoilt.evidence.heads[0, default: 0] += 1
            return true
        },
        Corruption("a client id is stored twice", .storedTwice, also: [.lost, .reordered]) { spoilt in
            let place = spoilt.someStored { $0.room == 2 && $0.kind == .message && $0.seq < 40 }
            guard let place, let last = spoilt.evidence.stored.last else { return false }
            var copy = spoilt.evidence.stored[place]
            copy.seq = last.seq + 1
            spoilt.evidence.heads[last.room] = copy.seq
            spoilt.evidence.stored.append(copy)
            return true
        },
        Corruption("a seq is stored twice", .storedTwice) { spoilt in
            guard let place = spoilt.someStored({ $0.kind == .message }) else { return false }
            spoilt.evidence.stored.insert(spoilt.evidence.stored[place], at: place)
            return true
        },
        Corruption("a row that nobody sent", .storedUnsent, also: [.lost]) { spoilt in
            guard var row = spoilt.evidence.stored.last else { return false }
            (row.seq, row.kind, row.message) = (row.seq + 1, .message, StoredEvent.stranger)
            spoilt.evidence.heads[row.room] = row.seq
            spoilt.evidence.stored.append(row)
            return true
        },
        Corruption("a stored body that differs", .storedAltered) { spoilt in
            guard let place = spoilt.someStored({ $0.kind == .message }) else { return false }
            spoilt.evidence.stored[place].digest ^= 1
            return true
        },
        Corruption("a message stored in another's name", .storedAltered) { spoilt in
            guard let place = spoilt.someStored({ $0.kind == .message }) else { return false }
            spoilt.evidence.stored[place].author += 1
            return true
        },
    ]

    static let ofAnswers: [Corruption] = [
        Corruption("an acknowledgement with another seq", .ackedElsewhere, also: [.reordered]) { spoilt in
            guard let place = spoilt.some({ $0.kind == .ack && !$0.flag }) else { return false }
            spoilt.records[place].seq += 7
            return true
        },
        Corruption("a repeat that is acknowledged with another seq", .ackedTwice) { spoilt in
            guard let place = spoilt.someRepeat() else { return false }
            spoilt.records[place].seq += 1
            return true
        },
        Corruption("a repeat that is acknowledged as new", .ackedTwice, also: [.reordered]) { spoilt in
            guard let place = spoilt.someRepeat() else { return false }
            spoilt.records[place].flag = false
            return true
        },
        Corruption("a message that is never acknowledged", .neverAcked) { spoilt in
            guard let place = spoilt.some({ $0.kind == .ack }) else { return false }
            let message = spoilt.records[place].message
            spoilt.records.removeAll { $0.kind == .ack && $0.message == message }
            return true
        },
        Corruption("a good message that is refused for ever", .wronglyRefused) { spoilt in
            guard let place = spoilt.some({ $0.kind == .refused }) else { return false }
            spoilt.records[place].flag = true
            return true
        },
        Corruption("a message that was refused and is stored", .refusedButStored) { spoilt in
            guard let pair = spoilt.pairInOneBatch({ _, _ in true }),
                let invoke = spoilt.place(.invoke, of: pair.first), let answer = spoilt.place(.ack, of: pair.first)
            else { return false }
            var (again, late) = (spoilt.records[invoke], spoilt.records[answer])
            (spoilt.records[answer].kind, spoilt.records[answer].seq) = (.refused, 0)
            (again.detail, late.detail, late.flag) = (1_000_000, 1_000_000, true)
            spoilt.records += [again, late]
            return true
        },
    ]

    static let ofOrder: [Corruption] = [
        Corruption("two messages of one socket in the wrong order", .socketOrder) { spoilt in
            guard let pair = spoilt.pairInOneBatch({ $0.connection == $1.connection }) else { return false }
            spoilt.exchange(pair.first, pair.second)
            return true
        },
        Corruption("a message above one that was sent after its acknowledgement", .realTimeOrder) { spoilt in
            guard let pair = spoilt.pairInOneBatch({ $0.connection != $1.connection }),
                let ack = spoilt.place(.ack, of: pair.second), let late = spoilt.place(.invoke, of: pair.first)
            else { return false }
            let moved = [spoilt.records.remove(at: ack), spoilt.records.remove(at: late)]
            guard let place = spoilt.place(.invoke, of: pair.second) else { return false }
            spoilt.records.insert(contentsOf: moved, at: place + 1)
            return true
        },
        Corruption("a delivery before the sending", .knownTooEarly) { spoilt in
            guard let pair = spoilt.pairInOneBatch({ _, _ in true }),
                let invoke = spoilt.place(.invoke, of: pair.first), let seen = spoilt.place(.deliver, of: pair.first)
            else { return false }
            let record = spoilt.records.remove(at: invoke)
            spoilt.records.insert(record, at: seen)
            return true
        },
    ]
}

extension Spoilt {
    /// A later acknowledgement of a message that had one.
    fileprivate mutating func someRepeat() -> Int? {
        let new = Set(records.filter { $0.kind == .ack && !$0.flag }.map { $0.message })
        return some { $0.kind == .ack && $0.flag && new.contains($0.message) }
    }
}
