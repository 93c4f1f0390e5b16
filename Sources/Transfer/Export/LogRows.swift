import ChatCore
import ChatStore
import Postgres

/// The rows of a room's log, as an export has them.
enum LogRows {
    /// Of `events e`. Look-ups and no joins: each is one descent in an index, whatever the planner believes.
    static let columns = """
        e.seq, e.kind, (SELECT a.handle FROM accounts a WHERE a.id = e.author_id) AS author, e.client_id, e.body, e.data,
            e.removed, e.created_at
        """

    /// Of the membership that begins with the event. A marker that has not moved is none.
    static let membershipColumns = """
        CASE WHEN e.kind = 'joined' THEN (
            SELECT m.role FROM memberships m
            WHERE m.room_id = e.room_id AND m.account_id = e.author_id AND m.joined_seq = e.seq
        ) END AS role,
        CASE WHEN e.kind = 'joined' THEN (
            SELECT m.read_seq FROM memberships m
            WHERE m.room_id = e.room_id AND m.account_id = e.author_id AND m.joined_seq = e.seq AND m.read_seq > e.seq
        ) END AS read_seq
        """

    static func event(_ row: Row, withMembership: Bool) throws -> EventLine {
        let content: EventLine.Content =
            switch try row.get("kind", as: String.self) {
            case "joined":
                .joined(
                    withMembership ? RoomRole(rawValue: try row.optional("role") ?? "") ?? .member : .member,
                    read: withMembership ? try row.optional("read_seq") : nil)
            case "left": .left
            default: try message(row)
            }
        return EventLine(
            seq: try row.get("seq"), author: Handle(stored: try row.get("author")), at: try row.get("created_at"),
            content: content)
    }

    private static func message(_ row: Row) throws -> EventLine.Content {
        let clientID = ClientID(stored: try row.get("client_id"))
        if let removal = Event.Removal(rawValue: try row.optional("removed") ?? "") {
            return .removed(clientID, removal)
        }
        return .message(clientID, MessageBody(stored: try row.get("body"), data: try row.optional("data")))
    }
}
