/// Nobody is shown what was said while they were not in the room. (The clients of a run never ask for what was said
/// before they came, so nothing of that may reach them either.)
struct MembershipCheck {
    let evidence: Evidence
    let log: StoredLog

    func run(_ verdict: inout Verdict) {
        let intervals = Dictionary(grouping: evidence.memberships) { PairKey($0.account, $0.room) }
        deliveries(intervals, &verdict)
        let expected = fold(&verdict)
        for (key, stays) in intervals {
            let stored = stays.sorted { $0.joined < $1.joined }
            guard stored != expected[key], let stay = stored.first else { continue }
            broken(stay.room, stay.joined, stay.account, "its intervals differ from the events", &verdict)
        }
        for (key, stays) in expected where intervals[key] == nil {
            guard let stay = stays.first else { continue }
            broken(stay.room, stay.joined, stay.account, "it has no interval", &verdict)
        }
    }

    private func deliveries(_ intervals: [PairKey: [StoredMembership]], _ verdict: inout Verdict) {
        evidence.history.forEach { index, record in
            guard record.kind == .deliver || record.kind == .pulled else { return }
            let stays = intervals[PairKey(evidence.account(of: record.client), record.room)] ?? []
            guard !stays.contains(where: { $0.contains(record.seq) }) else { return }
            verdict.add(
                Violation(
                    kind: .deliveredToStranger, room: record.room, seq: record.seq, message: record.message,
                    client: record.client, connection: record.connection, record: index,
                    text: "the account was not in the room at this seq"))
        }
    }

    /// The intervals that follow from the stored events.
    private func fold(_ verdict: inout Verdict) -> [PairKey: [StoredMembership]] {
        var intervals: [PairKey: [StoredMembership]] = [:]
        for event in evidence.stored where event.kind != .message {
            let key = PairKey(event.author, event.room)
            let isIn = intervals[key]?.last.map { $0.left == nil } ?? false
            guard isIn == (event.kind == .left) else {
                broken(event.room, event.seq, event.author, "joined or left twice in a row", &verdict)
                continue
            }
            if event.kind == .joined {
                intervals[key, default: []].append(
                    StoredMembership(room: event.room, account: event.author, joined: event.seq, left: nil))
            } else if let last = intervals[key]?.indices.last {
                intervals[key]?[last].left = event.seq
            }
        }
        verdict.looked(at: intervals.values.reduce(0) { $0 + $1.count }, by: "memberships")
        return intervals
    }

    private func broken(
        _ room: UInt16, _ seq: UInt32, _ account: UInt16, _ text: String, _ verdict: inout Verdict
    ) {
        verdict.add(
            Violation(kind: .membershipBroken, room: room, seq: seq, text: "account \(account): \(text)"))
    }
}
