/// The number of an invitation.
package typealias InvitationID = ID<Invitation>

/// Lets somebody sign up. Whoever has its code may use it until it is used up, revoked, or too old.
package struct Invitation: Sendable, Hashable {
    /// Accounts that one may be good for.
    package static let usesRange: ClosedRange<Int64> = 1...1000
    /// Days that one may last.
    package static let daysRange: ClosedRange<Int64> = 1...365

    /// No secret: only the code lets somebody in.
    package let id: InvitationID
    /// How many accounts may be made with it.
    package let uses: Int64
    /// How many were.
    package let used: Int64
    /// Whoever signs up with it becomes a member of this room too.
    package let room: RoomName?
    /// `nil`: by the command line.
    package let createdBy: Handle?
    /// By the database's clock.
    package let createdAt: Timestamp
    /// Too old from then on.
    package let expiresAt: Timestamp

    /// A row of the database.
    package init(
        id: InvitationID, uses: Int64, used: Int64, room: RoomName?, createdBy: Handle?, createdAt: Timestamp,
        expiresAt: Timestamp
    ) {
        self.id = id
        self.uses = uses
        self.used = used
        self.room = room
        self.createdBy = createdBy
        self.createdAt = createdAt
        self.expiresAt = expiresAt
    }
}
