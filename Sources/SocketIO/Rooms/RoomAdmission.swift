package import ChatCore
package import NIOCore

/// What the door needs of the rest of the server to let a client into a room. The composition root fills it in.
package struct RoomAdmission: Sendable {
    /// Somebody who is let in.
    package struct Entrant: Sendable {
        let session: Session
        let greeting: Greeting
        /// Of a guest who was made for this connection, or who came back.
        let guestToken: String?

        /// - Parameter guestToken: a part of what the client shows when it comes back; `nil` for everybody but guests.
        package init(session: Session, greeting: Greeting, guestToken: String?) {
            self.session = session
            self.greeting = greeting
            self.guestToken = guestToken
        }
    }

    /// Finds or makes the session, and a membership of the room; fails with ``ChatError``.
    package let enter: @Sendable (ConnectAuth, RoomName, any EventLoop) -> EventLoopFuture<Entrant>
    /// Behind which seq the last so many messages of a room lie; fails with ``ChatError``.
    package let start: @Sendable (_ messages: Int, RoomName, any EventLoop) -> EventLoopFuture<Int64>

    /// The futures complete on the event loop that is given.
    package init(
        enter: @escaping @Sendable (ConnectAuth, RoomName, any EventLoop) -> EventLoopFuture<Entrant>,
        start: @escaping @Sendable (_ messages: Int, RoomName, any EventLoop) -> EventLoopFuture<Int64>
    ) {
        self.enter = enter
        self.start = start
    }
}
