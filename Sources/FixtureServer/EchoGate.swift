import NIOCore
import SocketIO

/// The namespaces `/` and `/custom` of the protocol suite's server.
struct EchoGate: SocketIOGate {
    func enter(_ socket: NamespaceSocket, auth: ByteBuffer?) -> any NamespaceHandler {
        let handler = EchoHandler(socket)
        guard ["/", "/custom"].contains(socket.name) else {
            socket.refuse("Invalid namespace", data: nil)
            return handler
        }
        socket.accept(sid: EngineID.make(), pid: nil)
        handler.emit("auth", arguments: "[\(auth.map { String(buffer: $0) } ?? "{}")]")
        return handler
    }
}

/// Sends `message` back, and acknowledges `message-with-ack`.
final class EchoHandler: NamespaceHandler {
    private let socket: NamespaceSocket

    init(_ socket: NamespaceSocket) { self.socket = socket }

    var mayReceive: Bool { true }
    var isIdle: Bool { true }

    func received(_ message: SocketIOAssembler.Message) {
        guard let arguments = message.packet.arguments else { return }
        switch (arguments.name, message.packet.ackID) {
        case ("message", _):
            emit("message-back", arguments: String(buffer: arguments.data), message.attachments)
        case ("message-with-ack", let ackID?):
            var frames = ByteBuffer()
            SocketIOEncoder.ack(
                socket.name, ackID, payload: arguments.data, attachments: message.attachments, to: &frames)
            socket.write(frames)
        default: break
        }
        socket.flush()
    }

    /// - Parameter arguments: a JSON array.
    func emit(_ name: String, arguments: String, _ attachments: [ByteBuffer] = []) {
        let rest = arguments.dropFirst().dropLast()
        let payload = ByteBuffer(string: rest.isEmpty ? "[\"\(name)\"]" : "[\"\(name)\",\(rest)]")
        var frames = ByteBuffer()
        SocketIOEncoder.event(socket.name, payload: payload, attachments: attachments, to: &frames)
        socket.write(frames)
    }

    func becameWritable() {}
    func serverStops() { socket.closeConnection() }
    func continuation() -> @Sendable (NamespaceSocket) -> any NamespaceHandler { { EchoHandler($0) } }
    func closed(on eventLoop: any EventLoop) {}
}
