/// A room as one account sees it.
package struct Room: Sendable, Hashable {
    /// Its permanent identifier.
    package let name: RoomName
    /// What people read.
    package let title: String
    /// The last event's seq; 0 if nothing has happened yet.
    package let head: Int64
    /// Whether the account is a member.
    package let member: Bool
    /// It can be read, but takes no more messages.
    package let archived: Bool
    /// By the database's clock.
    package let createdAt: Timestamp

    /// As one account sees it; checks nothing.
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
    /// Whose session the socket has.
    package let account: Account
    /// The rooms that the account is a member of, in the order of their names.
    package let rooms: [Standing]

    /// Where a room stands, for one of its members.
    package struct Standing: Sendable, Hashable {
        /// The room's permanent identifier.
        package let name: RoomName
        /// What people read.
        package let title: String
        /// The last event's seq.
        package let head: Int64
        /// The member has read up to here.
        package let read: Int64

        /// For one member; checks nothing.
        package init(name: RoomName, title: String, head: Int64, read: Int64) {
            self.name = name
            self.title = title
            self.head = head
            self.read = read
        }

        /// Events above the read marker.
        package var unread: Int64 { max(0, head - read) }
    }

    /// - Parameter rooms: already in the order of their names.
    package init(epoch: String, account: Account, rooms: [Standing]) {
        self.epoch = epoch
        self.account = account
        self.rooms = rooms
    }
}
