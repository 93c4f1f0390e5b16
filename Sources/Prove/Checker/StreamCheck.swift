/// What readers got: each stream goes up by one from where it began, what is left out was announced and then read, and
/// in the end a reader has everything, once.
struct StreamCheck {
    /// One subscription, as far as it has come.
    private struct Stream {
        var next: UInt32
        /// Left out without a word, and where that was seen.
        var skipped: [UInt32: Int] = [:]
    }

    /// What one client has of one room.
    private struct Reader {
        var top: UInt32
        /// Announced as gaps, and not read yet.
        var unread: Set<UInt32> = []

        mutating func reach(_ seq: UInt32) { top = max(top, seq) }
    }

    private enum Ending { case left, requested }

    private let evidence: Evidence
    private let log: StoredLog
    private var streams: [PairKey: Stream] = [:]
    private var roomsOf: [UInt32: Set<UInt16>] = [:]
    private var asked: [PairKey: UInt32] = [:]
    private var announced: [PairKey: Set<UInt32>] = [:]
    private var ended: [PairKey: Ending] = [:]
    private var readers: [PairKey: Reader] = [:]
    private var delivered = 0

    static func run(_ evidence: Evidence, _ log: StoredLog, _ verdict: inout Verdict) {
        var check = StreamCheck(evidence: evidence, log: log)
        evidence.history.forEach { index, record in check.take(record, index, &verdict) }
        check.finish(&verdict)
    }

    private init(evidence: Evidence, log: StoredLog) {
        self.evidence = evidence
        self.log = log
    }

    private mutating func take(_ record: Record, _ index: Int, _ verdict: inout Verdict) {
        let key = PairKey(record.connection, record.room)
        switch record.kind {
        case .subscribe:
            asked[key] = record.flag ? nil : record.seq
            announced[key] = nil
        case .gap: gap(record, index, key, &verdict)
        case .subscribed: begin(record, index, key, &verdict)
        case .deliver: deliver(record, index, key, &verdict)
        case .pulled:
            delivered += 1
            content(record, index, &verdict)
            _ = readers[PairKey(record.client, record.room)]?.unread.remove(record.seq)
        case .unsubscribed:
            end(key, record, &verdict)
            ended[key] = record.flag ? .left : .requested
        case .closed:
            for room in roomsOf.removeValue(forKey: record.connection) ?? [] {
                let key = PairKey(record.connection, room)
                end(key, record, room: room, &verdict)
                (asked[key], announced[key], ended[key]) = (nil, nil, nil)
            }
        default: break
        }
    }

    private mutating func gap(_ record: Record, _ index: Int, _ key: PairKey, _ verdict: inout Verdict) {
        guard record.seq <= record.detail, record.detail - record.seq < 100_000_000 else { return }
        let range = record.seq...record.detail
        guard record.flag else { return announced[key, default: []].formUnion(range) }
        if let next = streams[key]?.next, record.seq > next { skip(next..<record.seq, key, index) }
        streams[key]?.next = record.detail + 1
        let reader = PairKey(record.client, record.room)
        readers[reader]?.unread.formUnion(range)
        readers[reader]?.reach(record.detail)
    }

    /// The stream begins above `record.seq`.
    private mutating func begin(_ record: Record, _ index: Int, _ key: PairKey, _ verdict: inout Verdict) {
        end(key, record, &verdict)
        ended[key] = nil
        roomsOf[record.connection, default: []].insert(record.room)
        let reader = PairKey(record.client, record.room)
        let gaps = announced.removeValue(forKey: key) ?? []
        streams[key] = Stream(next: record.seq + 1)
        guard let position = asked[key], readers[reader] != nil else {
            readers[reader] = Reader(top: record.seq)
            return
        }
        if position < record.seq {
            for seq in position + 1...record.seq where !gaps.contains(seq) {
                missed(seq, record, index, "the stream begins above it, though the position was \(position)", &verdict)
            }
        }
        readers[reader]?.unread.formUnion(gaps)
        readers[reader]?.reach(record.seq)
    }

    private mutating func deliver(_ record: Record, _ index: Int, _ key: PairKey, _ verdict: inout Verdict) {
        delivered += 1
        content(record, index, &verdict)
        guard let stream = streams[key] else {
            let kind: Violation.Kind = ended[key] == .left ? .deliveredAfterLeaving : .deliveredUnasked
            return add(kind, record, index, "there is no stream of this room on the connection", &verdict)
        }
        let reader = PairKey(record.client, record.room)
        if record.seq < stream.next {
            if streams[key]?.skipped.removeValue(forKey: record.seq) != nil {
                add(.deliveredOutOfOrder, record, index, "it came after \(stream.next - 1)", &verdict)
            } else {
                add(.deliveredTwice, record, index, "the stream was at \(stream.next - 1) already", &verdict)
            }
            return
        }
        if record.seq > stream.next { skip(stream.next..<record.seq, key, index) }
        if let top = readers[reader]?.top, record.seq <= top {
            add(.deliveredTwice, record, index, "the client had said that it has everything up to \(top)", &verdict)
        }
        streams[key]?.next = record.seq + 1
        readers[reader]?.reach(record.seq)
    }

    private func content(_ record: Record, _ index: Int, _ verdict: inout Verdict) {
        guard let event = log.event(record.room, record.seq) else {
            return add(.deliveredUnstored, record, index, "the database has no event with this seq", &verdict)
        }
        if event.digest != record.detail || event.message != record.message {
            let text =
                event.message == record.message
                ? "its content is not what is stored" : "message \(event.message) is stored with this seq"
            add(.deliveredAltered, record, index, text, &verdict)
        }
    }

    /// Not yet a violation of its own: what comes late is out of order, what does not come is missed.
    private mutating func skip(_ range: Range<UInt32>, _ key: PairKey, _ index: Int) {
        for seq in range.prefix(1000) { streams[key]?.skipped[seq] = index }
    }

    private mutating func end(_ key: PairKey, _ record: Record, room: UInt16? = nil, _ verdict: inout Verdict) {
        guard let stream = streams.removeValue(forKey: key) else { return }
        var record = record
        record.room = room ?? record.room
        for (seq, index) in stream.skipped.sorted(by: { $0.key < $1.key }) {
            missed(seq, record, index, "the stream left it out", &verdict)
        }
    }

    private mutating func finish(_ verdict: inout Verdict) {
        for (connection, rooms) in roomsOf {
            for room in rooms {
                let record = Record(kind: .closed, client: .max, room: room, connection: connection)
                end(PairKey(connection, room), record, &verdict)
            }
        }
        for client in evidence.completeReaders.sorted() {
            for room in log.rooms { finish(client, room, &verdict) }
        }
        verdict.looked(at: delivered, by: "deliveries")
    }

    private func finish(_ client: UInt16, _ room: UInt16, _ verdict: inout Verdict) {
        guard let reader = readers[PairKey(client, room)] else { return }
        if let first = reader.unread.min() {
            verdict.add(
                Violation(
                    kind: .gapUnread, room: room, seq: first, client: client,
                    text: "\(reader.unread.count) events of announced gaps were never read"))
        }
        if reader.top < log.head(of: room) {
            verdict.add(
                Violation(
                    kind: .fellShort, room: room, seq: reader.top + 1, client: client,
                    text: "the reader ended at \(reader.top), the room at \(log.head(of: room))"))
        }
    }

    private func missed(_ seq: UInt32, _ record: Record, _ index: Int, _ text: String, _ verdict: inout Verdict) {
        var record = record
        record.seq = seq
        record.message = log.event(record.room, seq)?.message ?? 0
        add(.missed, record, index, text, &verdict)
    }

    private func add(
        _ kind: Violation.Kind, _ record: Record, _ index: Int, _ text: String, _ verdict: inout Verdict
    ) {
        verdict.add(
            Violation(
                kind: kind, room: record.room, seq: record.seq, message: record.message,
                client: record.client == .max ? nil : record.client, connection: record.connection, record: index,
                text: text))
    }
}
