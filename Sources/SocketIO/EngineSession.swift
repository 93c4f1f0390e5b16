package import NIOCore

/// What is made of the messages of one Engine.IO session. Everything is called on the session's event loop.
package protocol EngineSession: AnyObject {
    /// Whether more may come from the client right now. When that changes: ``EngineSocket/readIfAllowed()``.
    var mayReceive: Bool { get }
    /// Nothing that the client has sent waits for an answer. When that changes: ``EngineSocket/readIfAllowed()``.
    var isIdle: Bool { get }
    /// From now on the session may write.
    func opened(_ socket: EngineSocket)
    /// A whole message. Also called for what had come already when ``mayReceive`` became false.
    func received(_ message: EngineMessage)
    /// The client takes more again.
    func becameWritable()
    /// The server stops: the session is to finish what it has taken, and to close the socket.
    func serverStops()
    /// What goes on with the client on another event loop, where the returned closure is called. This session is only closed
    /// after that.
    func continuation() -> @Sendable () -> any EngineSession
    /// Nothing comes or goes any more. Called once.
    func closed(on eventLoop: any EventLoop)
}

/// What a client says, once it is unpacked.
package enum EngineMessage: Sendable, Equatable {
    case text(ByteBuffer)
    case binary(ByteBuffer)
}

/// The times and bounds of Engine.IO sessions, which the client is told.
package struct EngineConfiguration: Sendable {
    /// How often the server asks for a sign of life.
    package let pingInterval: TimeAmount
    /// How long the client has to give it.
    package let pingTimeout: TimeAmount
    /// Bytes of a request's body, or of a message.
    package let maxPayload: Int
    /// How long a client may take from opening a WebSocket to using it.
    let upgradeTimeout = TimeAmount.seconds(10)
    /// What may wait for the client to read it. Above that it counts as not writable.
    let unreadBytes = 1_048_576

    /// Clients are held to what they are told.
    package init(pingInterval: TimeAmount, pingTimeout: TimeAmount, maxPayload: Int) {
        self.pingInterval = pingInterval
        self.pingTimeout = pingTimeout
        self.maxPayload = maxPayload
    }
}
