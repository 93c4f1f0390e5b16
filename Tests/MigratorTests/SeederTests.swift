import Migrator
import Postgres
import Schema
import TestSupport
import Testing

@Suite struct SeederTests {
    private let connection: Connection

    init() throws {
        connection = try Connection(url: TestCluster.freshDatabase(), settings: .patient)
    }

    @Test func loadsOnceAndConsistently() throws {
        try load()
        let first = try census()
        #expect(first.accounts == 6)
        #expect(first.rooms == 4)
        #expect(first.events > 100)
        try load()
        #expect(try census() == first)

        #expect(try count("FROM rooms WHERE head <> (SELECT count(*) FROM events WHERE room_id = rooms.id)") == 0)
        #expect(try count("FROM rooms WHERE head <> (SELECT max(seq) FROM events WHERE room_id = rooms.id)") == 0)
        #expect(try count("FROM events WHERE kind = 'message' AND digest <> sha256(convert_to(body, 'UTF8'))") == 0)
        #expect(try count("FROM events WHERE kind = 'joined'") == count("FROM memberships WHERE left_seq IS NULL"))
        // Time never runs backwards in a room, and everybody joined before they spoke.
        #expect(
            try count(
                """
                FROM (SELECT created_at < lag(created_at) OVER (PARTITION BY room_id ORDER BY seq) AS back FROM events) e
                WHERE back
                """) == 0)
        #expect(
            try count(
                """
                FROM events e WHERE NOT EXISTS (
                    SELECT FROM memberships m
                    WHERE m.room_id = e.room_id AND m.account_id = e.author_id AND m.joined_seq <= e.seq)
                """) == 0)
    }

    @Test func fillsTheLobbyThatTheServerHasMade() throws {
        try connection.execute(script: "INSERT INTO rooms (name, title) VALUES ('lobby', 'lobby')")
        try load()
        #expect(try count("FROM events e JOIN rooms r ON r.id = e.room_id WHERE r.name = 'lobby'") > 20)
    }

    @Test func leavesARoomWithEventsAlone() throws {
        try connection.execute(
            script: """
                INSERT INTO accounts (handle, display_name, password_hash) VALUES ('real', 'Real', 'x');
                INSERT INTO rooms (name, title, head) VALUES ('lobby', 'Ours', 1);
                INSERT INTO events (room_id, seq, kind, author_id, created_at)
                SELECT r.id, 1, 'joined', a.id, now() FROM rooms r, accounts a;
                INSERT INTO memberships (room_id, account_id, joined_seq) SELECT r.id, a.id, 1 FROM rooms r, accounts a;
                """)
        try load()
        #expect(try count("FROM events e JOIN rooms r ON r.id = e.room_id WHERE r.name = 'lobby'") == 1)
        #expect(try count("FROM rooms WHERE name = 'lobby' AND title = 'Ours' AND head = 1") == 1)
        #expect(try count("FROM rooms WHERE head > 1") == 3)
    }

    @Test func staysOutWhenAHandleBelongsToSomebodyReal() throws {
        try connection.execute(
            script: "INSERT INTO accounts (handle, display_name, password_hash) VALUES ('hanako', 'Hanako', 'x')")
        try load()
        #expect(try census() == Census(accounts: 1, rooms: 0, events: 0))
    }

    private struct Census: Equatable {
        let accounts: Int64
        let rooms: Int64
        let events: Int64
    }

    private func load() throws {
        try Seeder(files: Schema.seeds).load(on: connection)
    }

    private func census() throws -> Census {
        try Census(accounts: count("FROM accounts"), rooms: count("FROM rooms"), events: count("FROM events"))
    }

    private func count(_ rest: String) throws -> Int64 {
        try connection.run("SELECT count(*) AS count \(raw: rest)").first?.get("count") ?? -1
    }
}
