import ChatRealtime
import NIOCore

/// A WebSocket for a session that has one already.
final class LateWebSocket: WebSocketSession {
    var mayReceive: Bool { false }

    func opened(_ socket: WebSocket) { socket.close(.normal, "another WebSocket carries this session") }

    func received(_ message: WebSocketMessage) {}
    func receivedAll() {}
    func becameWritable() {}
    func serverStops() {}
    func closed() {}
    func ended(on eventLoop: any EventLoop) {}
}
