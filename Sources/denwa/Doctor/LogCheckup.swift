import Postgres

/// Whether every room's log is what it promises to be: 1, 2, 3, … up to its head. Reads the whole index of the log.
struct LogCheckup {
    let connection: Connection

    /// How many broken rooms are named.
    private static let named = 5

    func finding() throws -> Finding {
        let rooms = try connection.run("SELECT id, name, head FROM rooms WHERE deleted_at IS NULL ORDER BY id")
        let total = try rooms.reduce(0) { $0 + (try $1.get("head", as: Int64.self)) }
        let bar = ProgressBar("Reading the log", total: Int(total), unit: "events")
        defer { bar.finish() }
        var broken: [String] = []
        var events: Int64 = 0
        for room in rooms {
            guard let found = try read(room) else { continue }
            events += found.count
            bar.advance(to: Int(events))
            if found.count != found.head || found.last != found.head || (found.head > 0 && found.first != 1) {
                broken.append("\(try room.get("name", as: String.self)) (head \(found.head), \(found.count) events)")
            }
        }
        guard broken.isEmpty else {
            let names = broken.prefix(Self.named).joined(separator: ", ")
            return .failed(
                "log", "\(broken.count) of \(rooms.count) rooms do not have every number up to their head: \(names).",
                cure: "Somebody has changed the tables by hand, or a disk has failed; restore a backup.")
        }
        return .ok("log", "\(rooms.count) rooms, \(events) events, each number once.")
    }

    /// In one statement, and so of one moment: a message may come meanwhile.
    /// - Returns: `nil` if the room was deleted meanwhile.
    private func read(_ room: Row) throws -> (head: Int64, count: Int64, first: Int64, last: Int64)? {
        let id: Int64 = try room.get("id")
        let row = try connection.run(
            """
            SELECT r.head, e.count, e.first, e.last FROM rooms r CROSS JOIN LATERAL (
                SELECT count(*) AS count, coalesce(min(seq), 0) AS first, coalesce(max(seq), 0) AS last
                FROM events WHERE room_id = r.id
            ) e WHERE r.id = \(id) AND r.deleted_at IS NULL
            """
        ).first
        return try row.map { (try $0.get("head"), try $0.get("count"), try $0.get("first"), try $0.get("last")) }
    }
}
