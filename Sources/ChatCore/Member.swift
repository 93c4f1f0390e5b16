/// An account in a room.
package struct Member: Sendable, Hashable {
    /// As everybody sees it.
    package let account: Account
    /// In this room; on the server the account has another one.
    package let role: RoomRole
    /// The event of joining.
    package let joinedSeq: Int64

    /// A row of the database.
    package init(account: Account, role: RoomRole, joinedSeq: Int64) {
        self.account = account
        self.role = role
        self.joinedSeq = joinedSeq
    }
}

/// What a member is in a room.
package enum RoomRole: String, Sendable, Hashable, CaseIterable {
    case owner
    case moderator
    case member
}
