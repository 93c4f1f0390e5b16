import ChatRealtime
import NIOCore

/// Sends every message back as it came.
final class EchoSession: WebSocketSession {
    private var socket: WebSocket?

    var mayReceive: Bool { true }

    func opened(_ socket: WebSocket) { self.socket = socket }

    func received(_ message: WebSocketMessage) {
        var frame = ByteBuffer()
        switch message {
        case .text(let payload): frame.writeServerFrame(.text, payload: payload.readableBytesView)
        case .binary(let payload): frame.writeServerFrame(.binary, payload: payload.readableBytesView)
        }
        socket?.write(frame)
    }

    func receivedAll() {}
    func becameWritable() {}
    func serverStops() { socket?.close(.goingAway, "the echo ends") }
    func closed() { socket = nil }
    func ended(on eventLoop: any EventLoop) {}
}
