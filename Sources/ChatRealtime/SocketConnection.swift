package import NIOCore

/// What a socket session speaks through: a WebSocket, or what a door has made of one or of something else.
package protocol SocketConnection: AnyObject {
    /// Where everything about it happens; `nil` when it has gone.
    var eventLoop: (any EventLoop)? { get }
    /// Whether the client takes more right now.
    var isWritable: Bool { get }
    /// Whether something waits for a flush.
    var hasOutgoing: Bool { get }
    /// Says what concerns this socket alone.
    func say(_ frame: ServerFrame)
    /// Frames that were written in the session's dialect. They go out with the next ``flush()``, if not before.
    func write(_ frames: ByteBuffer)
    /// Sends what was written, and what was said.
    func flush()
    /// Asks for a sign of life.
    func ping()
    /// The session takes more from the client, or less.
    func readIfAllowed()
    /// Says why, and closes.
    func close(_ code: CloseCode, _ reason: String)
}

extension WebSocket: SocketConnection {
    /// Goes out with the next ``flush()``, if not before.
    package func say(_ frame: ServerFrame) { write(frame.bytes(in: .native)) }

    /// The payload is empty. Any sign of life is taken for the answer, not the pong alone.
    package func ping() {
        var ping = ByteBuffer()
        ping.writeServerFrame(.ping, payload: [])
        write(ping)
    }
}
