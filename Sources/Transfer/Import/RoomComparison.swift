import ChatCore
import ChatStore
import Postgres

/// Compares the events of a room in an import with those that the database has, which it reads beside them.
struct RoomComparison {
    /// Events in memory at once.
    private static let page = 1_000

    /// How many events the room had when this began.
    let head: Int64
    private let id: Int64
    private let connection: Connection
    private var rows: [EventLine] = []
    private var next = 0
    private var hasConflict = false

    /// - Returns: `nil` for a room that has no events, or does not exist.
    /// - Throws: ``TransferError`` for one that was deleted.
    init?(_ room: RoomName, on connection: Connection) throws {
        let rows = try connection.run(
            "SELECT id, head, deleted_at IS NOT NULL AS is_deleted FROM rooms WHERE name = \(room)")
        guard let row = rows.first else { return nil }
        guard try !row.get("is_deleted", as: Bool.self) else { throw TransferError.deleted(room) }
        head = try row.get("head")
        id = try row.get("id")
        self.connection = connection
        guard head > 0 else { return nil }
    }

    /// Has to be called for each event, in order.
    /// - Returns: whether the database has another event with this number. After the first one nothing is compared any more.
    mutating func differs(_ event: EventLine) throws -> Bool {
        guard !hasConflict, event.seq <= head else { return false }
        if next == rows.count { try load(from: event.seq) }
        guard next < rows.count else { return false }
        hasConflict = !rows[next].isSameEntry(as: event)
        next += 1
        return hasConflict
    }

    private mutating func load(from seq: Int64) throws {
        rows = try Self.events(of: id, from: seq, on: connection)
        next = 0
    }

    /// The next page of events as the database has them, ascending.
    static func events(of room: Int64, from seq: Int64, on connection: Connection) throws -> [EventLine] {
        // Were the limit a value, the planner would not know how few are wanted, and might sort all that follow.
        try connection.run(
            """
            SELECT \(raw: LogRows.columns) FROM events e WHERE e.room_id = \(room) AND e.seq >= \(seq)
            ORDER BY e.seq LIMIT \(raw: "\(page)")
            """
        ).map { try LogRows.event($0, withMembership: false) }
    }
}

extension TransferError {
    static func conflict(_ room: RoomName, _ seq: Int64) -> TransferError {
        TransferError(
            "The room \(room) has another event with the number \(seq) than this export. "
                + "Somebody has written or come in here, or an account was erased on one side. Rooms are not mixed; import into a "
                + "database that does not have the room.")
    }

    static func deleted(_ room: RoomName) -> TransferError {
        TransferError("A room \(room) was deleted here, and its name is not given out again.")
    }
}
