@testable import Prove

extension Corruption {
    static let ofStreams: [Corruption] = [
        Corruption("a stream that leaves an event out", .missed) { spoilt in
            guard let pair = spoilt.someNeighbours() else { return false }
            spoilt.records.remove(at: pair.0)
            return true
        },
        Corruption("a gap that was not announced", .missed) { spoilt in
            guard let place = spoilt.some({ $0.kind == .gap }) else { return false }
            spoilt.records.remove(at: place)
            return true
        },
        Corruption("a gap that cannot be read", .gapUnread) { spoilt in
            guard let place = spoilt.some({ $0.kind == .pulled }) else { return false }
            spoilt.records.remove(at: place)
            return true
        },
        Corruption("a reader that never comes to the end", .fellShort) { spoilt in
            let last = spoilt.records.lastIndex { $0.kind == .deliver && $0.client == GoodHistory.writers }
            return last.map { spoilt.records.remove(at: $0) } != nil
        },
        Corruption("an event that comes twice", .deliveredTwice) { spoilt in
            guard let place = spoilt.some({ $0.kind == .deliver }) else { return false }
            spoilt.records.insert(spoilt.records[place], at: place)
            return true
        },
        Corruption("a stream that begins too low", .deliveredTwice) { spoilt in
            guard let place = spoilt.some({ $0.kind == .deliver && $0.client < GoodHistory.wanderer }) else {
                return false
            }
            var record = spoilt.records[place]
            (record.kind, record.detail, record.message) = (.subscribe, 0, 0)
            var begin = record
            (begin.kind, begin.seq) = (.subscribed, record.seq - 1)
            spoilt.records.insert(contentsOf: [record, begin, spoilt.records[place]], at: place + 1)
            return true
        },
        Corruption("two events the wrong way round", .deliveredOutOfOrder) { spoilt in
            guard let (first, second) = spoilt.someNeighbours() else { return false }
            spoilt.records.swapAt(first, second)
            return true
        },
        Corruption("an event that is not stored", .deliveredUnstored) { spoilt in
            let last = spoilt.records.last { $0.kind == .deliver && $0.room == 0 }
            guard var record = last else { return false }
            record.seq += 1
            spoilt.records.append(record)
            return true
        },
        Corruption("an event with another content than is stored", .deliveredAltered) { spoilt in
            guard let place = spoilt.some({ $0.kind == .deliver }) else { return false }
            spoilt.records[place].detail ^= 1
            return true
        },
        Corruption("a page with another content than is stored", .deliveredAltered) { spoilt in
            guard let place = spoilt.some({ $0.kind == .pulled }) else { return false }
            spoilt.records[place].detail ^= 1
            return true
        },
        Corruption("an event in a room that nobody listens to", .deliveredUnasked) { spoilt in
            guard let place = spoilt.some({ $0.kind == .deliver }) else { return false }
            var record = spoilt.records[place]
            record.connection = 9_999
            spoilt.records.insert(record, at: place + 1)
            return true
        },
    ]

    static let ofMembership: [Corruption] = [
        Corruption("a stranger that is let in", .deliveredToStranger) { spoilt in
            guard var record = spoilt.records.last(where: { $0.kind == .deliver && $0.room == 1 }) else { return false }
            (record.client, record.connection) = (GoodHistory.wanderer, 9_999)
            var (ask, begin) = (record, record)
            (ask.kind, ask.flag) = (.subscribe, true)
            (begin.kind, begin.seq) = (.subscribed, record.seq - 1)
            spoilt.records += [ask, begin, record]
            return spoilt.isOutside(record)
        },
        Corruption("an event after leaving", .deliveredAfterLeaving) { spoilt in
            guard let place = spoilt.some({ $0.kind == .unsubscribed }),
                let last = spoilt.records[..<place].last(where: {
                    $0.kind == .deliver && $0.client == GoodHistory.wanderer
                })
            else { return false }
            spoilt.records.insert(last, at: place + 1)
            return true
        },
        Corruption("a membership that does not end", .membershipBroken) { spoilt in
            guard let place = spoilt.evidence.memberships.firstIndex(where: { $0.left != nil }) else { return false }
            spoilt.evidence.memberships[place].left = nil
            return true
        },
        Corruption("a membership that is not stored", .membershipBroken) { spoilt in
            guard let place = spoilt.evidence.memberships.firstIndex(where: { $0.left == nil }) else { return false }
            spoilt.evidence.memberships.remove(at: place)
            return true
        },
    ]
}

extension Spoilt {
    /// Two deliveries of one stream, one directly after the other in both the stream and the history.
    fileprivate mutating func someNeighbours() -> (Int, Int)? {
        let deliveries = records
        let pairs = records.indices.dropLast().filter { index in
            let (first, second) = (deliveries[index], deliveries[index + 1])
            return first.kind == .deliver && second.kind == .deliver && first.connection == second.connection
                && first.room == second.room && first.seq + 1 == second.seq
        }
        return one(of: pairs).map { ($0, $0 + 1) }
    }

    /// Whether the wanderer was outside at this place in the room.
    fileprivate func isOutside(_ record: Record) -> Bool {
        !evidence.memberships.contains {
            $0.account == GoodHistory.wanderer && $0.room == record.room && $0.contains(record.seq)
        }
    }
}
