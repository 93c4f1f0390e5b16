import ChatCore
import NIOCore
import SeededRandom
import Testing

@testable import ChatRealtime

/// The events in memory against a room's log under a seeded scheduler: a page from memory is always the log's own.
@Suite struct RecentEventsTests {
    @Test(arguments: 0..<500 as Range<UInt64>)
    func showsWhatTheLogHas(seed: UInt64) {
        var world = World(seed: seed)
        for step in 0..<300 { world.step("seed \(seed), step \(step)") }
    }

    @Test func servesFromMemoryAtAll() {
        let recent = RecentEvents()
        recent.didRead(recent.willRead(World.stream), World.page(1...60, of: 60))
        #expect(recent.page(World.stream, .newest, limit: 50, notBefore: 60)?.events.count == 50)
        #expect(recent.page(World.stream, .newest, limit: 50, notBefore: 61) == nil)
        #expect(recent.page(World.stream, .after(58), limit: 200, notBefore: 0)?.events.count == 2)
        recent.announce([RoomEvents(World.room, World.events(61...62))])
        #expect(recent.page(World.stream, .after(58), limit: 200, notBefore: 61)?.events.last == 62)
        recent.announce([RoomEvents(World.room, World.events(64...64))])
        #expect(recent.page(World.stream, .newest, limit: 50, notBefore: 0) == nil)
    }

    /// The log makes pages of them that are short enough.
    @Test func servesNoLongPages() {
        let (recent, long) = (RecentEvents(), String(repeating: "x", count: 8_000))
        recent.didRead(recent.willRead(World.stream), World.page(1...60, of: 60))
        let author = World.events(1...1)[0].author
        for seq in Int64(61)...160 {
            let content = Event.Content.message(ClientID(stored: "\(seq)"), MessageBody(stored: long))
            let event = Event(
                room: World.room, seq: seq, author: author, at: Timestamp(microseconds: 0), content: content)
            recent.announce([RoomEvents(World.room, [event])])
        }
        #expect(recent.page(World.stream, .newest, limit: 30, notBefore: 160)?.events.count == 30)
        #expect(recent.page(World.stream, .newest, limit: 60, notBefore: 160) == nil)
        #expect(recent.page(World.stream, .after(60), limit: 200, notBefore: 160) == nil)
    }

    /// A page that was asked for before everything was forgotten may have what was the reason for that.
    @Test func doesNotRememberWhatItHasForgotten() {
        let recent = RecentEvents()
        let early = recent.willRead(World.stream)
        recent.clear()
        let late = recent.willRead(World.stream)
        recent.didRead(early, World.page(1...60, of: 60))
        #expect(recent.page(World.stream, .newest, limit: 50, notBefore: 0) == nil)
        recent.didRead(late, World.page(1...60, of: 60))
        #expect(recent.page(World.stream, .newest, limit: 50, notBefore: 0) != nil)
    }

    @Test func staysWithinItsMemory() {
        let recent = RecentEvents(byteLimit: 20_000)
        let rooms = (0..<100).map { RoomName(stored: "room-\($0)") }
        for room in rooms {
            recent.didRead(recent.willRead(World.stream(room)), World.page(1...10, of: 10, in: World.stream(room)))
        }
        let kept = rooms.filter { recent.page(World.stream($0), .newest, limit: 10, notBefore: 0) != nil }
        #expect(kept.contains(rooms[99]))
        #expect(!kept.contains(rooms[0]))
        #expect(kept.reduce(0) { $0 + World.page(1...10, of: 10, in: World.stream($1)).events.byteCount } <= 20_000)
    }

    @Test func writesHistoryAsTheLogDoes() {
        let events = World.events(1...3)
        var direct = JSONWriter()
        direct.object { json in
            json.array("events") { json in for event in events { json.object { $0.members(of: event) } } }
        }
        var framed = JSONWriter()
        framed.object { json in json.array("events") { EventRun(World.room, events).writeObjects(to: &$0) } }
        #expect(direct.bytes == framed.bytes)
    }
}

private struct World {
    static let room = RoomName(stored: "lobby")
    static let stream = stream(room)
    /// A door that tells only the seqs, and not all of them.
    private static let other = Dialect(1) { frame, writer in
        guard case .event(let event) = frame, event.seq % 3 > 0 else { return }
        writer.text { $0.object { $0.member("seq", event.seq) } }
    }

    private let recent = RecentEvents()
    private let stream: RoomStream
    private var generator: SeededGenerator
    private var head: Int64
    private var announcements: [ClosedRange<Int64>] = []
    private var reads: [(reading: RecentEvents.Reading, page: EventPage)] = []

    init(seed: UInt64) {
        generator = SeededGenerator(seed: seed)
        head = Int64.random(in: 0...300, using: &generator)
        stream = RoomStream(room: Self.room, dialect: seed % 2 == 0 ? .native : Self.other)
    }

    mutating func step(_ name: Comment) {
        switch Int.random(in: 0..<8, using: &generator) {
        case 0, 1:
            let count = Int64.random(in: 1...5, using: &generator)
            // One in twenty is lost.
            if Int.random(in: 0..<20, using: &generator) > 0 { announcements.append((head + 1)...(head + count)) }
            head += count
        case 2, 3:
            guard !announcements.isEmpty else { return }
            recent.announce([RoomEvents(Self.room, Self.events(announcements.removeFirst()))])
        case 4:
            let reading = recent.willRead(stream)
            let count = min(head, Int64.random(in: 0...200, using: &generator))
            let page = Self.page((head - count + 1)...max(head, head - count + 1), of: head, in: stream)
            reads.append((reading, page))
        case 5:
            guard !reads.isEmpty else { return }
            let read = reads.removeFirst()
            recent.didRead(read.reading, read.page)
        case 6: recent.catchUp(to: [Self.room: head])
        default: look(name)
        }
    }

    private mutating func look(_ name: Comment) {
        let limit = Int.random(in: 1...200, using: &generator)
        let known = Int64.random(in: 0...head, using: &generator)
        let range: PageRange =
            Bool.random(using: &generator)
            ? .newest : .after(Int64.random(in: max(0, head - 20)...head, using: &generator))
        guard let page = recent.page(stream, range, limit: limit, notBefore: known) else { return }
        #expect(page.head >= known && page.head <= head, name)
        let first = if case .after(let seq) = range { seq + 1 } else { max(1, page.head - Int64(limit) + 1) }
        let expected = EventRun(
            Self.room, first <= page.head ? Self.events(first...page.head) : [], in: stream.dialect)
        #expect(page.events.frames(above: first - 1) == expected.frames(above: 0), name)
        #expect(page.events.count == expected.count, name)
    }

    static func events(_ seqs: ClosedRange<Int64>, in room: RoomName = Self.room) -> [Event] {
        let alice = Account(
            id: AccountID(rawValue: 1), handle: Handle(stored: "alice"), displayName: DisplayName(stored: "Alice"))
        return seqs.map {
            Event(room: room, seq: $0, author: alice, at: Timestamp(microseconds: 0), content: .joined)
        }
    }

    static func stream(_ room: RoomName) -> RoomStream { RoomStream(room: room, dialect: .native) }

    static func page(
        _ seqs: ClosedRange<Int64>, of head: Int64, in stream: RoomStream = Self.stream
    ) -> EventPage {
        let events = events(seqs, in: stream.room).filter { $0.seq <= head }
        return EventPage(
            Page(room: stream.room, title: "Lobby", head: head, events: events, hasMore: seqs.lowerBound > 1),
            in: stream.dialect)
    }
}
