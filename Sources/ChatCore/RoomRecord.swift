/// A room as those see it who administer.
package struct RoomRecord: Sendable, Hashable {
    /// Its permanent identifier.
    package let name: RoomName
    /// What people read.
    package let title: String
    /// The last event's seq; 0 if nothing has happened yet.
    package let head: Int64
    /// How many are in it now.
    package let members: Int64
    /// By the database's clock.
    package let createdAt: Timestamp
    /// When the last event was stored; `nil` if nothing has happened yet.
    package let lastEventAt: Timestamp?
    /// Since when it takes no more messages; `nil` if it does.
    package let archivedAt: Timestamp?

    /// A row of the database.
    package init(
        name: RoomName, title: String, head: Int64, members: Int64, createdAt: Timestamp, lastEventAt: Timestamp?,
        archivedAt: Timestamp?
    ) {
        self.name = name
        self.title = title
        self.head = head
        self.members = members
        self.createdAt = createdAt
        self.lastEventAt = lastEventAt
        self.archivedAt = archivedAt
    }
}
