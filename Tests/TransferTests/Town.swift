import ChatCore
import ChatStore
import Foundation
import Postgres
import TestSupport

@testable import Transfer

/// A database with everything that an export can hold.
struct Town {
    let connection: Connection

    /// An empty one.
    init() throws {
        connection = try Connection(url: TestCluster.freshDatabase(), settings: .patient)
    }

    static func full() throws -> Town {
        let town = try Town()
        try town.connection.execute(script: content)
        return town
    }

    /// Secrets, and nothing of them may ever leave.
    static let canaries = ["$argon2id$canary", "canary-token-hash-32-bytes-long!", "canary-second-factor"]

    private static let content = """
        INSERT INTO accounts (handle, display_name, password_hash, role, created_at) VALUES
            ('hana', '花子 "H"', '\(canaries[0])', 'owner', '2026-01-01 10:00:00.000001Z'),
            ('ken', 'Ken 健', '\(canaries[0])', 'member', '2026-01-02 10:00:00.1Z'),
            ('_bot', 'Bot', NULL, 'bot', '2026-01-03 10:00:00Z');
        INSERT INTO accounts (handle, display_name, role, created_at, disabled_at, erased_at) VALUES
            ('erased-9', 'Erased account', 'member', '2026-01-04Z', '2026-02-01Z', '2026-02-01 00:00:00.5Z'),
            ('guest-abcd2345', 'Guest', 'guest', '1999-12-31 23:59:59.999999Z', NULL, NULL);
        INSERT INTO sessions (account_id, token_hash, expires_at, device)
            SELECT id, '\(canaries[1])', now(), 'phone' FROM accounts WHERE handle = 'hana';
        INSERT INTO second_factors (account_id, secret) SELECT id, '\(canaries[2])' FROM accounts WHERE handle = 'hana';
        INSERT INTO rooms (name, title, created_at, archived_at, retention_days) VALUES
            ('lobby', '広場', '2026-01-01 10:00:00.000002Z', NULL, NULL),
            ('a-room', 'A \\ room', '2026-01-01 10:00:00Z', '2026-03-01 00:00:00.000001Z', 0),
            ('empty', 'Empty', '2026-01-05Z', NULL, 30);
        INSERT INTO rooms (name, title, head, deleted_at) VALUES ('gone', 'Gone', 12, now());
        CREATE TEMPORARY TABLE script (
            room text, seq bigint, author text, kind text, client_id text, body text, data text, removed text
        );
        INSERT INTO script VALUES
            ('lobby', 1, 'hana', 'joined', NULL, NULL, NULL, NULL),
            ('lobby', 2, 'ken', 'joined', NULL, NULL, NULL, NULL),
            ('lobby', 3, 'ken', 'message', 'a', E'two\\nlines \\U0001F469\\u200D\\U0001F467', NULL, NULL),
            ('lobby', 4, 'hana', 'message', 'a', 'é', NULL, NULL),
            ('lobby', 5, 'ken', 'message', 'b', E'e\\u0301', NULL, NULL),
            ('lobby', 6, 'ken', 'left', NULL, NULL, NULL, NULL),
            ('lobby', 7, 'erased-9', 'joined', NULL, NULL, NULL, NULL),
            ('lobby', 8, 'erased-9', 'message', 'c', NULL, NULL, 'erased'),
            ('lobby', 9, 'ken', 'joined', NULL, NULL, NULL, NULL),
            ('lobby', 10, 'ken', 'message', 'c', 'x', E'[ "x", {"b":1,\\n"a":2.50} ]', NULL),
            ('lobby', 11, 'erased-9', 'left', NULL, NULL, NULL, NULL),
            ('a-room', 1, '_bot', 'joined', NULL, NULL, NULL, NULL),
            ('a-room', 2, '_bot', 'message', 'z', NULL, NULL, 'expired'),
            ('a-room', 3, 'ken', 'joined', NULL, NULL, NULL, NULL),
            ('a-room', 4, 'ken', 'left', NULL, NULL, NULL, NULL);
        INSERT INTO events (room_id, seq, kind, author_id, client_id, body, data, digest, removed, created_at)
            SELECT r.id, s.seq, s.kind, a.id, s.client_id, s.body, s.data,
                sha256(convert_to(s.body || coalesce(chr(31) || s.data, ''), 'UTF8')), s.removed,
                '2026-01-06Z'::timestamptz + s.seq * interval '1 second 1 microsecond'
            FROM script s JOIN rooms r ON r.name = s.room JOIN accounts a ON a.handle = s.author;
        INSERT INTO memberships (room_id, account_id, joined_seq, left_seq, left_at)
            SELECT e.room_id, e.author_id, e.seq, l.seq, l.created_at FROM events e LEFT JOIN LATERAL (
                SELECT seq, created_at FROM events
                WHERE kind = 'left' AND (room_id, author_id) = (e.room_id, e.author_id) AND seq > e.seq ORDER BY seq LIMIT 1
            ) l ON true WHERE e.kind = 'joined';
        UPDATE memberships SET role = 'owner' WHERE joined_seq = 1;
        UPDATE memberships SET read_seq = 11 WHERE account_id = (SELECT id FROM accounts WHERE handle = 'hana');
        UPDATE memberships SET role = 'moderator', read_seq = 4 WHERE joined_seq = 2;
        UPDATE rooms SET head = (SELECT count(*) FROM events WHERE room_id = rooms.id) WHERE deleted_at IS NULL;
        INSERT INTO bans (room_id, account_id, banned_at)
            SELECT r.id, a.id, '2026-01-07 00:00:00.25Z' FROM rooms r, accounts a
            WHERE (r.name, a.handle) IN (('lobby', 'erased-9'), ('a-room', 'ken'));
        """

    // MARK: - What is done with it

    func exports(to path: String, rooms: [String]? = nil) throws -> Exporter.Result {
        try Exporter(on: connection, rooms: rooms?.map { RoomName(stored: $0) }).run(to: ExportFolder(path))
    }

    func imports(_ path: String) throws -> TransferCounts { try imports(.folder(path)) }

    func imports(_ source: ExportSource) throws -> TransferCounts {
        let importer = Importer(source, on: connection)
        let checked = try importer.check()
        if let refusal = checked.problems.refusal {
            throw TransferError(
                (checked.problems.first.map(\.description) + [refusal.description]).joined(separator: "\n"))
        }
        return try importer.run(checked)
    }

    /// Every row that an import may touch, with handles and names in the place of the database's own numbers.
    func dump() throws -> [String] {
        try [
            """
            SELECT concat_ws('|', handle, display_name, role, created_at, disabled_at, erased_at) AS line FROM accounts
            ORDER BY handle COLLATE "C"
            """,
            """
            SELECT concat_ws('|', name, title, head, created_at, archived_at, retention_days, expired_seq) AS line FROM rooms
            WHERE deleted_at IS NULL ORDER BY name COLLATE "C"
            """,
            """
            SELECT concat_ws('|', r.name, e.seq, e.kind, a.handle, e.client_id, e.body, e.data, e.digest, e.removed, e.created_at)
                AS line
            FROM events e JOIN rooms r ON r.id = e.room_id JOIN accounts a ON a.id = e.author_id
            ORDER BY r.name COLLATE "C", e.seq
            """,
            """
            SELECT concat_ws('|', r.name, a.handle, m.joined_seq, m.left_seq, m.left_at, m.role, m.read_seq) AS line
            FROM memberships m JOIN rooms r ON r.id = m.room_id JOIN accounts a ON a.id = m.account_id
            ORDER BY r.name COLLATE "C", a.handle COLLATE "C", m.joined_seq
            """,
            """
            SELECT concat_ws('|', r.name, a.handle, b.banned_at) AS line
            FROM bans b JOIN rooms r ON r.id = b.room_id JOIN accounts a ON a.id = b.account_id
            ORDER BY r.name COLLATE "C", a.handle COLLATE "C"
            """,
        ].flatMap { query in try connection.run(query).map { try $0.get("line", as: String.self) } }
    }

    func count(_ rest: String) throws -> Int {
        Int(try connection.run("SELECT count(*) AS count \(raw: rest)").first?.get("count", as: Int64.self) ?? -1)
    }
}
