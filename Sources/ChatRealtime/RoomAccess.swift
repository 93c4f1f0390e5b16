package import ChatCore
package import NIOCore

/// What a socket needs of the rest of the server. The composition root fills it in; here nobody knows a database.
package struct RoomAccess: Sendable {
    /// Reads a page of a room's log for an account; fails with ``ChatError``.
    package let page: @Sendable (RoomName, PageRange, Int, AccountID, any EventLoop) -> EventLoopFuture<Page>
    /// Moves an account's read marker; fails with ``ChatError``.
    package let markRead: @Sendable (RoomName, Int64, AccountID, any EventLoop) -> EventLoopFuture<ReadMarker>
    /// The session that a token proves; fails with ``ChatError``.
    package let session: @Sendable (String, any EventLoop) -> EventLoopFuture<Session>
    /// Hands a draft to the room writer.
    package let submit: @Sendable (Draft, ReplyAddress) throws(ChatError) -> Void

    /// Each future completes on the event loop that its closure is given.
    package init(
        page: @escaping @Sendable (RoomName, PageRange, Int, AccountID, any EventLoop) -> EventLoopFuture<Page>,
        markRead: @escaping @Sendable (RoomName, Int64, AccountID, any EventLoop) -> EventLoopFuture<ReadMarker>,
        session: @escaping @Sendable (String, any EventLoop) -> EventLoopFuture<Session>,
        submit: @escaping @Sendable (Draft, ReplyAddress) throws(ChatError) -> Void
    ) {
        self.page = page
        self.markRead = markRead
        self.session = session
        self.submit = submit
    }
}
