/// A room as one account sees it.
package struct Room: Sendable, Hashable {
    package let name: RoomName
    package let title: String
    /// The last event's seq; 0 if nothing has happened yet.
    package let head: Int64
    /// Whether the account is a member.
    package let member: Bool
    /// It can be read, but takes no more messages.
    package let archived: Bool
    package let createdAt: Timestamp

    package init(name: RoomName, title: String, head: Int64, member: Bool, archived: Bool, createdAt: Timestamp) {
        self.name = name
        self.title = title
        self.head = head
        self.member = member
        self.archived = archived
        self.createdAt = createdAt
    }
}

/// What a socket is told first: who it is and where its rooms stand.
package struct Greeting: Sendable {
    /// The database's identity, a UUID.
    package let epoch: String
    package let account: Account
    /// The rooms that the account is a member of, in the order of their names.
    package let rooms: [Standing]

    /// Where a room stands, for one of its members.
    package struct Standing: Sendable, Hashable {
        package let name: RoomName
        package let title: String
        /// The last event's seq.
        package let head: Int64
        /// The member has read up to here.
        package let read: Int64

        package init(name: RoomName, title: String, head: Int64, read: Int64) {
            self.name = name
            self.title = title
            self.head = head
            self.read = read
        }

        /// Events above the read marker.
        package var unread: Int64 { max(0, head - read) }
    }

    package init(epoch: String, account: Account, rooms: [Standing]) {
        self.epoch = epoch
        self.account = account
        self.rooms = rooms
    }
}
