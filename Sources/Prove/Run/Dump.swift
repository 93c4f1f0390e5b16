import Postgres

/// Reads a database as the checker wants it.
struct Dump {
    let stage: Stage

    private static let page: Int64 = 20_000

    func events(on connection: Connection) throws -> [StoredEvent] {
        var events: [StoredEvent] = []
        for (number, name) in stage.rooms.enumerated() {
            var last: Int64 = 0
            while true {
                let rows = try connection.run(
                    """
                    SELECT e.seq, e.kind, e.author_id, e.client_id, e.body
                    FROM events e JOIN rooms r ON r.id = e.room_id
                    WHERE r.name = \(name) AND e.seq > \(last) ORDER BY e.seq LIMIT \(Self.page)
                    """)
                guard rows.count > 0 else { break }
                for row in rows {
                    last = try row.get("seq")
                    events.append(try event(row, UInt16(number), last))
                }
            }
        }
        return events
    }

    private func event(_ row: Row, _ room: UInt16, _ seq: Int64) throws -> StoredEvent {
        let kind: String = try row.get("kind")
        let author = try stage.account(row.get("author_id")) ?? .max
        let clientID: String = try row.optional("client_id") ?? ""
        let body: String = try row.optional("body") ?? ""
        let stored: StoredEvent.Kind = kind == "joined" ? .joined : kind == "left" ? .left : .message
        return StoredEvent(
            room: room, seq: UInt32(clamping: seq), kind: stored,
            message: stored == .message ? stage.script.message(of: clientID) ?? StoredEvent.stranger : 0,
            author: author, digest: Script.digest(kind: kind, author: author, clientID: clientID, body: body))
    }

    func memberships(on connection: Connection) throws -> [StoredMembership] {
        let rows = try connection.run(
            """
            SELECT r.name, m.account_id, m.joined_seq, m.left_seq
            FROM memberships m JOIN rooms r ON r.id = m.room_id ORDER BY m.joined_seq
            """)
        return try rows.compactMap { row in
            guard let room = try stage.room(row.get("name")) else { return nil }
            return StoredMembership(
                room: room, account: try stage.account(row.get("account_id")) ?? .max,
                joined: UInt32(clamping: try row.get("joined_seq", as: Int64.self)),
                left: try row.optional("left_seq", as: Int64.self).map { UInt32(clamping: $0) })
        }
    }

    func heads(on connection: Connection) throws -> [UInt16: Int64] {
        var heads: [UInt16: Int64] = [:]
        for row in try connection.run("SELECT name, head FROM rooms") {
            if let room = try stage.room(row.get("name")) { heads[room] = try row.get("head") }
        }
        return heads
    }
}
