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
        recent.willRead(World.room)
        recent.didRead(World.room, World.page(1...60, of: 60))
        #expect(recent.page(World.room, .newest, limit: 50, notBefore: 60)?.events.count == 50)
        #expect(recent.page(World.room, .newest, limit: 50, notBefore: 61) == nil)
        #expect(recent.page(World.room, .after(58), limit: 200, notBefore: 0)?.events.count == 2)
        recent.announce([EventRun(World.room, World.events(61...62))])
        #expect(recent.page(World.room, .after(58), limit: 200, notBefore: 61)?.events.last == 62)
        recent.announce([EventRun(World.room, World.events(64...64))])
        #expect(recent.page(World.room, .newest, limit: 50, notBefore: 0) == nil)
    }

    @Test func staysWithinItsMemory() {
        let recent = RecentEvents(byteLimit: 20_000)
        let rooms = (0..<100).map { RoomName(stored: "room-\($0)") }
        for room in rooms {
            recent.willRead(room)
            recent.didRead(room, World.page(1...10, of: 10, in: room))
        }
        let kept = rooms.filter { recent.page($0, .newest, limit: 10, notBefore: 0) != nil }
        #expect(kept.contains(rooms[99]))
        #expect(!kept.contains(rooms[0]))
        #expect(kept.reduce(0) { $0 + World.page(1...10, of: 10, in: $1).events.byteCount } <= 20_000)
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
    private let recent = RecentEvents()
    private var generator: SeededGenerator
    private var head: Int64
    private var announcements: [ClosedRange<Int64>] = []
    private var reads: [EventPage] = []

    init(seed: UInt64) {
        generator = SeededGenerator(seed: seed)
        head = Int64.random(in: 0...300, using: &generator)
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
            recent.announce([EventRun(Self.room, Self.events(announcements.removeFirst()))])
        case 4:
            recent.willRead(Self.room)
            let count = min(head, Int64.random(in: 0...200, using: &generator))
            reads.append(Self.page((head - count + 1)...max(head, head - count + 1), of: head))
        case 5:
            guard !reads.isEmpty else { return }
            recent.didRead(Self.room, reads.removeFirst())
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
        guard let page = recent.page(Self.room, range, limit: limit, notBefore: known) else { return }
        #expect(page.head >= known && page.head <= head, name)
        let first = if case .after(let seq) = range { seq + 1 } else { max(1, page.head - Int64(limit) + 1) }
        let expected = EventRun(Self.room, first <= page.head ? Self.events(first...page.head) : [])
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

    static func page(_ seqs: ClosedRange<Int64>, of head: Int64, in room: RoomName = Self.room) -> EventPage {
        let events = events(seqs, in: room).filter { $0.seq <= head }
        return EventPage(Page(room: room, title: "Lobby", head: head, events: events, hasMore: seqs.lowerBound > 1))
    }
}
