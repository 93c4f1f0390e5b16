import ChatCore
import Postgres

/// The statements that give out seqs. Each begins by locking the rooms' rows, in a statement of its own, so that
/// everything after it sees all that was committed before the lock was had: the last number, repeats, and rights.
enum LogAppend {
    /// A message on its way into the log.
    private struct Message {
        let room: RoomName
        let author: Account
        let clientID: ClientID
        let body: MessageBody
    }

    typealias Answer = Result<Receipt, ChatError>

    /// Appends drafts to their rooms' logs in one commit: one change of membership, or any number of messages.
    static func drafts(_ batch: [Draft], on connection: Connection) throws -> [Answer] {
        if let only = batch.first, batch.count == 1 {
            switch only.content {
            case .joined: return [try join(only.room, only.author.id, on: connection)]
            case .left: return [try leave(only.room, only.author.id, on: connection)]
            case .message, .removed: break
            }
        }
        let messages = batch.compactMap { draft -> Message? in
            guard case .message(let clientID, let body) = draft.content else { return nil }
            return Message(room: draft.room, author: draft.author, clientID: clientID, body: body)
        }
        return try self.messages(messages, on: connection)
    }

    /// Stores a batch in one round trip and one commit.
    /// - Returns: an answer for each message, in order.
    private static func messages(_ messages: [Message], on connection: Connection) throws -> [Answer] {
        let answers = try connection.pipeline([lock(SQLArray(messages.map { $0.room })), append(messages)])
        let rows = answers.last.map { Array($0) } ?? []
        return try zip(rows, messages).map { row, message in try answer(row, message) }
    }

    /// Finds repeats, checks rights, numbers, stores, and moves the heads.
    ///
    /// A repeat of a message whose content is gone gets its first answer whatever it says: there is nothing to compare it with.
    ///
    /// `LIMIT 1` keeps the look-ups from being turned into joins: each is one descent in its own unique index, whatever
    /// the planner believes of the tables' sizes.
    private static func append(_ messages: [Message]) -> Query {
        let rooms = SQLArray(messages.map { $0.room })
        let authors = SQLArray(messages.map { $0.author.id })
        let clientIDs = SQLArray(messages.map { $0.clientID.description })
        let bodies = SQLArray(messages.map { $0.body.description })
        let data = SQLArray(messages.map { $0.body.data?.description })
        return """
            WITH input AS MATERIALIZED (
                SELECT i.*, sha256(convert_to(i.body || coalesce(chr(31) || i.data, ''), 'UTF8')) AS digest,
                    first_value(i.ord) OVER (PARTITION BY i.room, i.author, i.client_id ORDER BY i.ord) AS first_ord
                FROM unnest(\(rooms), \(authors), \(clientIDs), \(bodies), \(data))
                    WITH ORDINALITY AS i (room, author, client_id, body, data, ord)
            ), checked AS MATERIALIZED (
                SELECT i.*, r.id AS room_id, r.head, r.is_archived, m.account_id IS NOT NULL AS member,
                    e.seq AS old_seq, e.created_at AS old_at, e.digest AS old_digest
                FROM input i
                LEFT JOIN LATERAL (
                    SELECT id, head, archived_at IS NOT NULL AS is_archived FROM rooms
                    WHERE name = i.room AND deleted_at IS NULL LIMIT 1
                ) r ON true
                LEFT JOIN LATERAL (
                    SELECT account_id FROM memberships
                    WHERE room_id = r.id AND account_id = i.author AND left_seq IS NULL LIMIT 1
                ) m ON true
                LEFT JOIN LATERAL (
                    SELECT seq, created_at, digest FROM events
                    WHERE room_id = r.id AND author_id = i.author AND client_id = i.client_id LIMIT 1
                ) e ON true
            ), fresh AS MATERIALIZED (
                SELECT c.*, c.head + row_number() OVER (PARTITION BY c.room_id ORDER BY c.ord) AS new_seq,
                    (SELECT clock_timestamp()) AS new_at
                FROM checked c
                WHERE c.member AND NOT c.is_archived AND c.old_seq IS NULL AND c.ord = c.first_ord
            ), bumped AS (
                UPDATE rooms SET head = f.head
                FROM (SELECT room_id, max(new_seq) AS head FROM fresh GROUP BY room_id) f
                WHERE rooms.id = f.room_id
            ), stored AS (
                INSERT INTO events (room_id, seq, kind, author_id, client_id, body, data, digest, created_at)
                SELECT room_id, new_seq, 'message', author, client_id, body, data, digest, new_at FROM fresh
            )
            SELECT c.room_id IS NOT NULL AS found, c.member,
                coalesce(c.old_seq, f.new_seq) AS seq, coalesce(c.old_at, f.new_at) AS at,
                c.old_seq IS NOT NULL OR c.ord <> c.first_ord AS duplicate,
                c.digest <> coalesce(c.old_digest, f.digest, c.digest) AS conflict
            FROM checked c LEFT JOIN fresh f ON f.ord = c.first_ord
            ORDER BY c.ord
            """
    }

    private static func answer(_ row: Row, _ message: Message) throws -> Answer {
        guard try row.get("found") else { return .failure(.roomNotFound(message.room)) }
        // A repeat gets its answer even from somebody who has left since.
        guard let seq: Int64 = try row.optional("seq") else {
            return .failure(try row.get("member") ? .roomArchived(message.room) : .notAMember(message.room))
        }
        guard try !row.get("conflict", as: Bool.self) else {
            return .failure(
                ChatError(
                    .idempotencyConflict,
                    "The client id \(message.clientID) already belongs to another message of yours in \(message.room)."
                        + " Use a new one for each message.", field: "clientId"))
        }
        return .success(Receipt(seq: seq, at: try row.get("at"), duplicate: try row.get("duplicate")))
    }

    /// Always in the order of the ids, so that two batches cannot wait for each other.
    static func lock(_ rooms: SQLArray<RoomName>) -> Query {
        "SELECT id FROM rooms WHERE name = ANY (\(rooms)) ORDER BY id FOR UPDATE"
    }
}
