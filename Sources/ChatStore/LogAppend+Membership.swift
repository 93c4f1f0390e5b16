import ChatCore
import Postgres

extension LogAppend {
    /// Lets an account join. Who is a member already gets the event of then.
    ///
    /// The account's lock makes it come before an erasure, which then finds the membership, or after it.
    static func join(_ room: RoomName, _ account: AccountID, on connection: Connection) throws -> Answer {
        let answers = try connection.pipeline([
            lock(SQLArray([room])),
            """
            WITH room AS MATERIALIZED (SELECT id, head FROM rooms WHERE name = \(room) AND deleted_at IS NULL),
            current AS MATERIALIZED (
                SELECT e.seq, e.created_at FROM memberships m JOIN events e ON (e.room_id, e.seq) = (m.room_id, m.joined_seq)
                WHERE m.room_id = (SELECT id FROM room) AND m.account_id = \(account) AND m.left_seq IS NULL
            ), banned AS MATERIALIZED (
                SELECT account_id FROM bans WHERE room_id = (SELECT id FROM room) AND account_id = \(account)
            ), newcomer AS MATERIALIZED (
                SELECT id FROM accounts WHERE id = \(account) AND erased_at IS NULL FOR KEY SHARE
            ), fresh AS MATERIALIZED (
                SELECT r.id, r.head + 1 AS seq, clock_timestamp() AS at FROM room r JOIN newcomer ON true
                WHERE NOT EXISTS (SELECT FROM current) AND NOT EXISTS (SELECT FROM banned)
            ), bumped AS (
                UPDATE rooms SET head = f.seq FROM fresh f WHERE rooms.id = f.id
            ), stored AS (
                INSERT INTO events (room_id, seq, kind, author_id, created_at)
                SELECT id, seq, 'joined', \(account), at FROM fresh
            ), membership AS (
                INSERT INTO memberships (room_id, account_id, joined_seq) SELECT id, \(account), seq FROM fresh
            )
            SELECT coalesce(f.seq, c.seq) AS seq, coalesce(f.at, c.created_at) AS at, c.seq IS NOT NULL AS duplicate,
                EXISTS (SELECT FROM banned) AS is_banned
            FROM room LEFT JOIN fresh f ON true LEFT JOIN current c ON true
            """,
        ])
        guard let row = answers.last?.first else { return .failure(.roomNotFound(room)) }
        guard let seq: Int64 = try row.optional("seq") else {
            return .failure(try row.get("is_banned") ? .banned(from: room) : .notAuthenticated)
        }
        return .success(Receipt(seq: seq, at: try row.get("at"), duplicate: try row.get("duplicate")))
    }

    /// Lets an account leave.
    static func leave(_ room: RoomName, _ account: AccountID, on connection: Connection) throws -> Answer {
        let answers = try connection.pipeline([
            lock(SQLArray([room])),
            """
            WITH fresh AS MATERIALIZED (
                SELECT r.id, r.head + 1 AS seq, clock_timestamp() AS at, m.joined_seq
                FROM rooms r JOIN memberships m ON m.room_id = r.id
                WHERE r.name = \(room) AND r.deleted_at IS NULL AND m.account_id = \(account) AND m.left_seq IS NULL
            ), bumped AS (
                UPDATE rooms SET head = f.seq FROM fresh f WHERE rooms.id = f.id
            ), stored AS (
                INSERT INTO events (room_id, seq, kind, author_id, created_at)
                SELECT id, seq, 'left', \(account), at FROM fresh
            ), membership AS (
                UPDATE memberships m SET left_seq = f.seq, left_at = f.at FROM fresh f
                WHERE m.room_id = f.id AND m.account_id = \(account) AND m.joined_seq = f.joined_seq
            )
            SELECT seq, at FROM fresh
            """,
        ])
        guard let row = answers.last?.first else {
            return .failure(try exists(room, on: connection) ? .notAMember(room) : .roomNotFound(room))
        }
        return .success(Receipt(seq: try row.get("seq"), at: try row.get("at"), duplicate: false))
    }

    private static func exists(_ room: RoomName, on connection: Connection) throws -> Bool {
        try connection.run("SELECT FROM rooms WHERE name = \(room) AND deleted_at IS NULL").first != nil
    }
}
