import ChatCore
import Postgres

extension LogAppend {
    /// Lets an account join. Who is a member already gets the event of then.
    static func join(_ room: RoomName, _ account: AccountID, on connection: Connection) throws -> Answer {
        let answers = try connection.pipeline([
            lock(SQLArray([room])),
            """
            WITH room AS MATERIALIZED (SELECT id, head FROM rooms WHERE name = \(room)),
            current AS MATERIALIZED (
                SELECT e.seq, e.created_at FROM memberships m JOIN events e ON (e.room_id, e.seq) = (m.room_id, m.joined_seq)
                WHERE m.room_id = (SELECT id FROM room) AND m.account_id = \(account) AND m.left_seq IS NULL
            ), fresh AS MATERIALIZED (
                SELECT id, head + 1 AS seq, clock_timestamp() AS at FROM room WHERE NOT EXISTS (SELECT FROM current)
            ), bumped AS (
                UPDATE rooms SET head = f.seq FROM fresh f WHERE rooms.id = f.id
            ), stored AS (
                INSERT INTO events (room_id, seq, kind, author_id, created_at)
                SELECT id, seq, 'joined', \(account), at FROM fresh
            ), membership AS (
                INSERT INTO memberships (room_id, account_id, joined_seq) SELECT id, \(account), seq FROM fresh
            )
            SELECT seq, at, false AS duplicate FROM fresh UNION ALL SELECT seq, created_at, true FROM current
            """,
        ])
        return try membership(answers.last?.first, orElse: .roomNotFound(room))
    }

    /// Lets an account leave.
    static func leave(_ room: RoomName, _ account: AccountID, on connection: Connection) throws -> Answer {
        let answers = try connection.pipeline([
            lock(SQLArray([room])),
            """
            WITH fresh AS MATERIALIZED (
                SELECT r.id, r.head + 1 AS seq, clock_timestamp() AS at, m.joined_seq
                FROM rooms r JOIN memberships m ON m.room_id = r.id
                WHERE r.name = \(room) AND m.account_id = \(account) AND m.left_seq IS NULL
            ), bumped AS (
                UPDATE rooms SET head = f.seq FROM fresh f WHERE rooms.id = f.id
            ), stored AS (
                INSERT INTO events (room_id, seq, kind, author_id, created_at)
                SELECT id, seq, 'left', \(account), at FROM fresh
            ), membership AS (
                UPDATE memberships m SET left_seq = f.seq FROM fresh f
                WHERE m.room_id = f.id AND m.account_id = \(account) AND m.joined_seq = f.joined_seq
            )
            SELECT seq, at, false AS duplicate FROM fresh
            """,
        ])
        let found = answers.first.map { $0.count > 0 } ?? false
        return try membership(answers.last?.first, orElse: found ? .notAMember(room) : .roomNotFound(room))
    }

    private static func membership(_ row: Row?, orElse error: ChatError) throws -> Answer {
        guard let row else { return .failure(error) }
        return .success(Receipt(seq: try row.get("seq"), at: try row.get("at"), duplicate: try row.get("duplicate")))
    }
}
