import ChatCore
import ChatStore
import Postgres
import Testing

/// What becomes of messages that are older than their rooms keep them.
@Suite struct RetentionTests {
    private func run(only room: RoomName? = nil, isDryRun: Bool = false, in house: House) async throws -> [Removed] {
        try await house.database.run {
            try RetentionRun(isDryRun: isDryRun, by: .commandLine, on: $0).run(only: room)
        }
    }

    private func keep(_ period: RetentionPeriod, in house: House) async throws {
        try await house.database.run { try Retention.set(period, by: .commandLine, on: $0) }
    }

    /// Makes events look older.
    private func age(_ room: RoomName, _ seqs: ClosedRange<Int64>, days: Int64, in house: House) async throws {
        try await house.database.run { connection in
            _ = try connection.run(
                """
                UPDATE events SET created_at = now() - \(days) * interval '1 day'
                WHERE room_id = (SELECT id FROM rooms WHERE name = \(room)) AND seq BETWEEN \(seqs.lowerBound)
                    AND \(seqs.upperBound)
                """)
        }
    }

    private func kinds(of room: RoomName, for account: Account, in house: House) async throws -> [String] {
        let page = try await house.database.run {
            try RoomLog.page(room, .newest, limit: 200, for: account.id, on: $0)
        }
        #expect(page.events.map(\.seq) == Array(1...page.head))
        return page.events.map { event in
            switch event.content {
            case .message(_, let body): body.description
            case .removed(_, let why): why.rawValue
            case .joined: "joined"
            case .left: "left"
            }
        }
    }

    @Test func oldMessagesLoseTheirContent() async throws {
        try await House.with { house in
            let alice = try await house.account("alice")
            let room = try await house.room("tea", members: [alice])
            for number in 2...6 { _ = try await house.send("text \(number)", id: "n\(number)", by: alice, to: room) }
            try await age(room, 1...4, days: 31, in: house)
            #expect(try await run(in: house) == [], "everything is kept for ever")
            try await keep(.days(30), in: house)
            let expected = [Removed(from: room, messages: 3, bytes: 18)]
            let before = try await house.database.run { try LogRevision.current(on: $0) }
            #expect(try await run(isDryRun: true, in: house) == expected)
            #expect(try await kinds(of: room, for: alice, in: house).contains("text 2"), "only looked")
            #expect(try await run(in: house) == expected)
            #expect(try await house.database.run { try LogRevision.current(on: $0) } > before)
            #expect(
                try await kinds(of: room, for: alice, in: house) == [
                    "joined", "expired", "expired", "expired", "text 5", "text 6",
                ])
            #expect(try await run(in: house) == [])
            let acts = try await house.database.run { try Audit.read(limit: 9, on: $0) }
            #expect(acts.map(\.act).suffix(2) == ["retention_changed", "messages_expired"])
            #expect(acts.last?.room == room)
        }
    }

    @Test func aRepeatIsNotStoredAgain() async throws {
        try await House.with { house in
            let alice = try await house.account("alice")
            let room = try await house.room("tea", members: [alice])
            let first = try await house.send("hi", id: "k", by: alice, to: room)
            try await age(room, 1...2, days: 9, in: house)
            try await keep(.days(1), in: house)
            #expect(try await run(in: house).first?.messages == 1)
            let again = try await house.send("hi", id: "k", by: alice, to: room)
            #expect(again.seq == first.seq && again.duplicate)
            // Nobody knows any more what it said.
            let other = try await house.send("ho", id: "k", by: alice, to: room)
            #expect(other.seq == first.seq && other.duplicate)
            #expect(try await house.seqs(of: room) == [1, 2])
            #expect(try await kinds(of: room, for: alice, in: house) == ["joined", "expired"])
        }
    }

    @Test func aRoomsOwnPeriodComesFirst() async throws {
        try await House.with { house in
            let alice = try await house.account("alice")
            var rooms: [RoomName] = []
            for name in ["a-forever", "b-long", "c-short", "d-as-all"] {
                let room = try await house.room(name, members: [alice])
                _ = try await house.send("x", id: "k", by: alice, to: room)
                try await age(room, 1...2, days: 20, in: house)
                rooms.append(room)
            }
            try await keep(.days(10), in: house)
            for (room, period) in zip(rooms, [.forever, .days(30), .days(5), nil] as [RetentionPeriod?]) {
                try await house.database.run { try Retention.set(period, of: room, by: .commandLine, on: $0) }
            }
            let rules = try await house.database.run { try Retention.rules(on: $0) }
            #expect(rules.map(\.own) == [.forever, .days(30), .days(5), nil])
            #expect(try await house.database.run { try Retention.period(on: $0) } == .days(10))
            #expect(try await run(only: rooms[2], in: house).map(\.room) == [rooms[2]])
            #expect(try await run(in: house).map(\.room) == [rooms[3]])
        }
    }

    /// More than one step, with clocks that were set back and messages that are gone already.
    @Test func walksThroughALongRoom() async throws {
        try await House.with { house in
            let alice = try await house.account("alice")
            let room = try await house.room("tea", members: [alice])
            try await house.database.run { connection in
                try connection.run(
                    """
                    INSERT INTO events (room_id, seq, kind, author_id, client_id, body, digest, created_at)
                    SELECT id, n, 'message', \(alice.id), 'n' || n, 'x', '\\x00'::bytea,
                        now() - CASE WHEN n > 14000 OR n % 4999 = 0 THEN interval '1 day' ELSE interval '9 day' END
                    FROM rooms, generate_series(2, 15000) n WHERE name = \(room)
                    """)
                try connection.run("UPDATE rooms SET head = 15000 WHERE name = \(room)")
            }
            try await keep(.days(5), in: house)
            #expect(try await run(isDryRun: true, in: house).first?.messages == 13_997)
            #expect(try await run(in: house).first?.messages == 13_997)
            let left = try await house.database.run { connection in
                try connection.run("SELECT seq FROM events WHERE body IS NOT NULL ORDER BY seq LIMIT 3").map {
                    try $0.get("seq", as: Int64.self)
                }
            }
            #expect(left == [4999, 9998, 14_001])
            // The young ones among the old grow old; the next run begins at the first of them.
            let start = try await house.database.run { connection in
                try connection.run("SELECT expired_seq FROM rooms").first?.get("expired_seq", as: Int64.self)
            }
            #expect(start == 4998)
            try await age(room, 4999...9998, days: 9, in: house)
            #expect(try await run(in: house).first?.messages == 2)
        }
    }

    /// What Socket.IO pages begin with are messages that they can show.
    @Test func theLastMessagesAreThoseWithContent() async throws {
        try await House.with { house in
            let alice = try await house.account("alice")
            let room = try await house.room("tea", members: [alice])
            for number in 2...9 { _ = try await house.send("x", id: "n\(number)", by: alice, to: room) }
            try await age(room, 2...6, days: 9, in: house)
            try await keep(.days(5), in: house)
            _ = try await run(in: house)
            let start = { (count: Int) in
                try await house.database.run { try RoomLog.start(ofLast: count, in: room, on: $0) }
            }
            #expect(try await start(2) == 7)
            #expect(try await start(50) == 6)
        }
    }
}
