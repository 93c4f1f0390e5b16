import SeededRandom

@testable import Prove

/// A run without a fault, made up: writers, readers that reconnect, one who comes and goes.
///
/// It is a small model of a correct server, with everything that a correct server may do: repeats, answers that were
/// lost, gaps that were announced.
struct GoodHistory {
    static let rooms: UInt16 = 3
    static let writers: UInt16 = 4
    static let readers: UInt16 = 3
    static var wanderer: UInt16 { writers + readers }

    private(set) var records: [Record] = []
    private(set) var stored: [StoredEvent] = []
    private(set) var memberships: [StoredMembership] = []
    let script: Script

    private struct Reader {
        var client: UInt16
        var connection: UInt32
        var positions: [UInt16: UInt32]
        var gaps: [(UInt16, ClosedRange<UInt32>)] = []
    }

    private struct Sent {
        var message: UInt32
        var client: UInt16
        var room: UInt16
        var seq: UInt32 = 0
    }

    private var random: SeededGenerator
    private var logs: [UInt16: [StoredEvent]] = [:]
    private var connections: [UInt16: UInt32] = [:]
    private var lastConnection: UInt32 = 0
    private var lastAttempt: UInt32 = 0
    private var lastMessage: UInt32 = 0
    private var readers: [Reader] = []
    private var acked: [Sent] = []

    init(seed: UInt64, steps: Int = 400) {
        script = Script(seed: seed)
        random = SeededGenerator(seed: seed)
        for client in 0...Self.wanderer { connections[client] = newConnection() }
        for room in 0..<Self.rooms {
            for client in 0..<Self.wanderer { join(client, room) }
        }
        for client in Self.writers..<Self.wanderer {
            readers.append(Reader(client: client, connection: connections[client] ?? 0, positions: [:]))
            for room in 0..<Self.rooms { begin(readers.count - 1, room) }
        }
        for _ in 0..<steps { step() }
        finish()
    }

    var evidence: Evidence {
        Evidence(
            history: History(records), stored: stored, heads: logs.mapValues { UInt32($0.count) },
            memberships: memberships,
            accounts: Array(0...Self.wanderer), completeReaders: Set(Self.writers..<Self.wanderer), script: script)
    }

    // MARK: - The model

    private mutating func step() {
        switch UInt64.random(in: 0..<20, using: &random) {
        case 0: reconnectReader()
        case 1: reconnectWriter()
        case 2: visit()
        case 3: repeatOne()
        default: batch()
        }
    }

    /// Some writers send at once; the room log takes them in one order, and answers.
    private mutating func batch() {
        let room = UInt16.random(in: 0..<Self.rooms, using: &random)
        var sent: [(Sent, attempt: UInt32, isLost: Bool)] = []
        for _ in 0..<Int.random(in: 1...6, using: &random) {
            let client = UInt16.random(in: 0..<Self.writers, using: &random)
            lastMessage += 1
            let message = Sent(message: lastMessage, client: client, room: room)
            sent.append((message, invoke(message), UInt64.random(in: 0..<20, using: &random) == 0))
        }
        for index in sent.indices { sent[index].0.seq = store(sent[index].0) }
        deliverAll(room)
        for (message, attempt, isLost) in sent.shuffled(using: &random) where !isLost {
            ack(message, attempt, duplicate: false)
        }
        for (message, attempt, isLost) in sent where isLost {
            answer(.unknown, message, attempt)
            ack(message, invoke(message), duplicate: true)
        }
        acked += sent.map { $0.0 }
    }

    private mutating func repeatOne() {
        guard let message = acked.randomElement(using: &random) else { return }
        ack(message, invoke(message), duplicate: true)
    }

    /// What was sent and not answered is sent again on the new connection.
    private mutating func reconnectWriter() {
        let client = UInt16.random(in: 0..<Self.writers, using: &random)
        lastMessage += 1
        var message = Sent(message: lastMessage, client: client, room: 0)
        let refused = invoke(message)
        answer(.refused, message, refused)
        _ = invoke(message)
        close(client)
        let attempt = invoke(message)
        message.seq = store(message)
        deliverAll(0)
        ack(message, attempt, duplicate: false)
        acked.append(message)
    }

    private mutating func reconnectReader() {
        let index = Int.random(in: 0..<readers.count, using: &random)
        close(readers[index].client)
        readers[index].connection = connections[readers[index].client] ?? 0
        let away = UInt16.random(in: 0..<Self.rooms, using: &random)
        let missing = readers.remove(at: index)
        batch()
        readers.insert(missing, at: index)
        for room in 0..<Self.rooms { begin(index, room, withGap: room == away) }
        pull(index)
    }

    private mutating func visit() {
        join(Self.wanderer, 1)
        let connection = connections[Self.wanderer] ?? 0
        readers.append(Reader(client: Self.wanderer, connection: connection, positions: [:]))
        begin(readers.count - 1, 1)
        batch()
        records.append(Record(kind: .leave, client: Self.wanderer, room: 1, connection: connection))
        append(.left, Self.wanderer, 1)
        deliverAll(1)
        records.append(Record(kind: .unsubscribed, flag: true, client: Self.wanderer, room: 1, connection: connection))
        readers.removeLast()
    }

    // MARK: - Steps of it

    private mutating func newConnection() -> UInt32 {
        lastConnection += 1
        return lastConnection
    }

    private mutating func close(_ client: UInt16) {
        records.append(Record(kind: .closed, client: client, connection: connections[client] ?? 0))
        connections[client] = newConnection()
    }

    private mutating func join(_ client: UInt16, _ room: UInt16) {
        records.append(Record(kind: .join, client: client, room: room, connection: 0))
        append(.joined, client, room)
        deliverAll(room)
    }

    private mutating func append(_ kind: StoredEvent.Kind, _ account: UInt16, _ room: UInt16) {
        let seq = UInt32(logs[room, default: []].count + 1)
        let digest = Script.digest(kind: kind == .joined ? "joined" : "left", author: account)
        logs[room, default: []].append(
            StoredEvent(room: room, seq: seq, kind: kind, message: 0, author: account, digest: digest))
        if kind == .joined {
            memberships.append(StoredMembership(room: room, account: account, joined: seq, left: nil))
        } else if let index = memberships.lastIndex(where: { $0.account == account && $0.room == room }) {
            memberships[index].left = seq
        }
    }

    private mutating func invoke(_ sent: Sent) -> UInt32 {
        lastAttempt += 1
        answer(.invoke, sent, lastAttempt)
        return lastAttempt
    }

    private mutating func answer(_ kind: Record.Kind, _ sent: Sent, _ attempt: UInt32) {
        records.append(
            Record(
                kind: kind, client: sent.client, room: sent.room, connection: connections[sent.client] ?? 0,
                message: sent.message, detail: attempt))
    }

    private mutating func ack(_ sent: Sent, _ attempt: UInt32, duplicate: Bool) {
        records.append(
            Record(
                kind: .ack, flag: duplicate, client: sent.client, room: sent.room,
                connection: connections[sent.client] ?? 0, message: sent.message, seq: sent.seq, detail: attempt))
    }

    private mutating func store(_ sent: Sent) -> UInt32 {
        let seq = UInt32(logs[sent.room, default: []].count + 1)
        logs[sent.room, default: []].append(
            StoredEvent(
                room: sent.room, seq: seq, kind: .message, message: sent.message, author: sent.client,
                digest: script.digest(of: sent.message, by: sent.client)))
        return seq
    }

    private mutating func begin(_ index: Int, _ room: UInt16, withGap: Bool = false) {
        let reader = readers[index]
        let position = reader.positions[room]
        let head = UInt32(logs[room, default: []].count)
        var record = Record(
            kind: .subscribe, flag: position == nil, client: reader.client, room: room, connection: reader.connection,
            seq: position ?? 0)
        records.append(record)
        var start = position ?? head
        if let position, withGap, head > position + 1 {
            start = head - 1
            record.seq = position + 1
            record.detail = start
            record.kind = .gap
            records.append(record)
            readers[index].gaps.append((room, position + 1...start))
        }
        records.append(
            Record(
                kind: .subscribed, client: reader.client, room: room, connection: reader.connection, seq: start))
        readers[index].positions[room] = start
        deliver(index, room)
    }

    private mutating func deliverAll(_ room: UInt16) {
        for index in readers.indices { deliver(index, room) }
    }

    private mutating func deliver(_ index: Int, _ room: UInt16) {
        guard let position = readers[index].positions[room] else { return }
        for event in logs[room, default: []].dropFirst(Int(position)) { show(event, to: readers[index], as: .deliver) }
        readers[index].positions[room] = UInt32(logs[room, default: []].count)
    }

    private mutating func pull(_ index: Int) {
        let gaps = readers[index].gaps
        readers[index].gaps = []
        for (room, range) in gaps {
            for seq in range {
                show(logs[room, default: []][Int(seq) - 1], to: readers[index], as: .pulled)
            }
        }
    }

    private mutating func show(_ event: StoredEvent, to reader: Reader, as kind: Record.Kind) {
        records.append(
            Record(
                kind: kind, client: reader.client, room: event.room, connection: reader.connection,
                message: event.message, seq: event.seq, detail: event.digest))
    }

    private mutating func finish() {
        stored = (0..<Self.rooms).flatMap { logs[$0] ?? [] }
        for index in records.indices { records[index].time = UInt64(index) * 1000 }
    }
}
