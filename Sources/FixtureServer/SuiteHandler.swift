import ChatCore
import NIOCore
import SocketIO

/// A client in a namespace of the client suite's server.
final class SuiteHandler: NamespaceHandler {
    private let socket: NamespaceSocket
    private let recoveries: SuiteRecoveries
    var visit: SuiteVisit
    /// It goes on elsewhere.
    private var hasMoved = false

    init(_ socket: NamespaceSocket, _ visit: SuiteVisit, _ recoveries: SuiteRecoveries) {
        self.socket = socket
        self.visit = visit
        self.recoveries = recoveries
    }

    var mayReceive: Bool { true }
    var isIdle: Bool { true }

    func received(_ message: SocketIOAssembler.Message) {
        guard let payload = message.packet.payload else { return }
        switch message.packet.kind {
        case .event, .binaryEvent:
            guard let arguments = try? SocketIOArguments(event: payload) else { return }
            answer(SuiteEvent(arguments, ackID: message.packet.ackID, message.attachments))
        default: acknowledged(message.packet.ackID, payload)
        }
        socket.flush()
    }

    /// What was asked with ``ask(_:)``.
    private func acknowledged(_ ackID: UInt64?, _ payload: ByteBuffer) {
        guard let ackID, visit.takeAck(ackID),
            let elements = try? payload.withUnsafeReadableBytes({ try JSONParser.elements($0).elements }),
            elements.count == 2,
            elements[0].value == .integer(5), case .object(let object) = elements[1].value,
            object["test"] == .bool(true)
        else { return }
        emit("got it")
    }

    // MARK: - What goes

    /// - Parameter arguments: JSON each.
    func emit(_ name: String, _ arguments: String..., attachments: [ByteBuffer] = []) {
        socket.write(visit.event(name, arguments, attachments))
    }

    /// The client shall acknowledge it.
    func ask(_ name: String) { socket.write(visit.question(name)) }

    /// - Parameter arguments: a JSON array.
    func acknowledge(_ ackID: UInt64, _ arguments: ByteBuffer, _ attachments: [ByteBuffer] = []) {
        var frames = ByteBuffer()
        SocketIOEncoder.ack(socket.name, ackID, payload: arguments, attachments: attachments, to: &frames)
        socket.write(frames)
    }

    // MARK: - The end

    func becameWritable() {}
    func serverStops() { socket.closeConnection() }

    func continuation() -> @Sendable (NamespaceSocket) -> any NamespaceHandler {
        hasMoved = true
        // The connection may go while the visit is on its way; then it is closed nowhere.
        recoveries.keep(visit)
        return { [visit, recoveries] in
            recoveries.drop(visit)
            return SuiteHandler($0, visit, recoveries)
        }
    }

    func closed(on eventLoop: any EventLoop) {
        // A client that has left a namespace of a live connection does not come back to it.
        if !hasMoved, socket.eventLoop == nil { recoveries.keep(visit) }
    }
}
