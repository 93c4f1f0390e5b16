package import NIOCore

/// Who may enter the namespaces of a Socket.IO server, and what is there.
package protocol SocketIOGate: Sendable {
    /// A client wants into a namespace. The handler accepts or refuses, at once or later.
    /// - Parameter auth: what the client says of itself, a JSON object.
    func enter(_ socket: NamespaceSocket, auth: ByteBuffer?) -> any NamespaceHandler
}

/// One client in one namespace. Everything is called on the client's event loop.
package protocol NamespaceHandler: AnyObject {
    /// Whether more may come from the client right now. When that changes: ``NamespaceSocket/readIfAllowed()``.
    var mayReceive: Bool { get }
    /// Nothing that the client has sent waits for an answer. When that changes: ``NamespaceSocket/readIfAllowed()``.
    var isIdle: Bool { get }
    /// An event or an ack.
    func received(_ message: SocketIOAssembler.Message)
    /// The client takes more again.
    func becameWritable()
    /// The server stops: the handler is to finish what it has taken, and then to say ``NamespaceSocket/finish()``.
    func serverStops()
    /// What goes on with the client on another event loop, where the returned closure is called. This handler is only closed
    /// after that.
    func continuation() -> @Sendable (NamespaceSocket) -> any NamespaceHandler
    /// Nothing comes or goes any more. Called once.
    func closed(on eventLoop: any EventLoop)
}

/// A namespace of one connection, as its handler sees it.
package final class NamespaceSocket {
    /// Begins with "/", which is also the main one's whole name.
    package let name: String
    private weak var connection: SocketIOConnection?
    /// The client was told that it is in.
    private(set) var isAccepted: Bool
    /// It was refused or has ended; nothing is written any more.
    var hasLeft = false

    init(_ name: String, of connection: SocketIOConnection, isAccepted: Bool = false) {
        self.name = name
        self.connection = connection
        self.isAccepted = isAccepted
    }

    private var engine: EngineSocket? { connection?.engine }

    /// `nil` when it is closed.
    package var eventLoop: (any EventLoop)? { engine?.eventLoop }
    /// Whether the client takes more right now; `false` when it is closed.
    package var isWritable: Bool { engine?.isWritable ?? false }
    /// Whether something waits for a flush; `false` when it is closed.
    package var hasOutgoing: Bool { engine?.hasOutgoing ?? false }

    /// Whole WebSocket frames.
    package func write(_ frames: ByteBuffer) { if !hasLeft { engine?.write(frames) } }
    /// Sends what waits, of all namespaces of the client.
    package func flush() { engine?.flush() }
    /// The handler takes more from the client, or less.
    package func readIfAllowed() { engine?.readIfAllowed() }

    /// Tells the client that it is in.
    /// - Parameter pid: what it shall show when it comes back; `nil` if it cannot come back to where it was.
    package func accept(sid: String, pid: String?) {
        var frames = ByteBuffer()
        SocketIOEncoder.connect(name, sid: sid, pid: pid, to: &frames)
        write(frames)
        guard !hasLeft else { return }
        isAccepted = true
        connection?.entered()
    }

    /// Tells the client that it is not let in.
    /// - Parameter data: JSON with more about it.
    package func refuse(_ message: String, data: ByteBuffer?) {
        var frames = ByteBuffer()
        SocketIOEncoder.connectError(name, message: message, data: data, to: &frames)
        write(frames)
        leave()
    }

    /// Ends this namespace; the client does not come back by itself.
    package func disconnect() {
        var frames = ByteBuffer()
        SocketIOEncoder.disconnect(name, to: &frames)
        write(frames)
        leave()
    }

    /// Ends this namespace, and soon the connection if it was the last one.
    package func sendAway() {
        disconnect()
        connection?.closeIfEmpty()
    }

    private func leave() {
        guard !hasLeft else { return }
        flush()
        connection?.left(self)
        hasLeft = true
    }

    /// The server stops, and the handler has finished what it had taken. The connection ends with the last of its namespaces.
    package func finish() { if !hasLeft { connection?.finished(name) } }

    /// Ends the whole connection; the client comes back by itself.
    package func closeConnection() { engine?.close() }
}
