import ChatCore
import ChatRealtime
package import NIOCore

/// Appends packets as whole WebSocket frames of a server, each an Engine.IO message: "4", then the packet. A namespace is
/// written as it is, so it has no comma.
package enum SocketIOEncoder {
    /// - Parameter pid: lets the client ask for what it missed; `nil` where there is no recovery.
    package static func connect(_ namespace: String, sid: String, pid: String?, to buffer: inout ByteBuffer) {
        var json = JSONWriter()
        json.object {
            $0.member("sid", sid)
            $0.member("pid", pid)
        }
        write(.connect, namespace, payload: ByteBuffer(bytes: json.bytes), to: &buffer)
    }

    /// - Parameters:
    ///   - message: the `message` of the client's error.
    ///   - data: a JSON text, the `data` of the client's error; `nil` leaves it out.
    package static func connectError(
        _ namespace: String, message: String, data: ByteBuffer?, to buffer: inout ByteBuffer
    ) {
        var json = JSONWriter()
        json.object { json in
            json.member("message", message)
            guard let data else { return }
            json.bytes.append(contentsOf: #","data":"#.utf8)
            json.bytes.append(contentsOf: data.readableBytesView)
        }
        write(.connectError, namespace, payload: ByteBuffer(bytes: json.bytes), to: &buffer)
    }

    /// DISCONNECT: the client leaves the namespace, and does not come back by itself.
    package static func disconnect(_ namespace: String, to buffer: inout ByteBuffer) {
        write(.disconnect, namespace, payload: ByteBuffer(), to: &buffer)
    }

    /// - Parameters:
    ///   - payload: a JSON array that begins with the event's name.
    ///   - attachments: what the payload's placeholders stand for.
    package static func event(
        _ namespace: String, ackID: UInt64? = nil, payload: ByteBuffer, attachments: [ByteBuffer] = [],
        to buffer: inout ByteBuffer
    ) {
        let kind: SocketIOPacket.Kind = attachments.isEmpty ? .event : .binaryEvent
        write(kind, namespace, ackID, payload: payload, attachments, to: &buffer)
    }

    /// - Parameters:
    ///   - payload: a JSON array, the arguments of the client's callback.
    ///   - attachments: what the payload's placeholders stand for.
    package static func ack(
        _ namespace: String, _ ackID: UInt64, payload: ByteBuffer, attachments: [ByteBuffer] = [],
        to buffer: inout ByteBuffer
    ) {
        let kind: SocketIOPacket.Kind = attachments.isEmpty ? .ack : .binaryAck
        write(kind, namespace, ackID, payload: payload, attachments, to: &buffer)
    }

    private static func write(
        _ kind: SocketIOPacket.Kind, _ namespace: String, _ ackID: UInt64? = nil, payload: ByteBuffer,
        _ attachments: [ByteBuffer] = [], to buffer: inout ByteBuffer
    ) {
        var head = "4\(kind.rawValue)"
        if !attachments.isEmpty { head += "\(attachments.count)-" }
        if namespace != "/" { head += "\(namespace)," }
        if let ackID { head += "\(ackID)" }
        buffer.writeServerFrameHeader(.text, payloadBytes: head.utf8.count + payload.readableBytes)
        buffer.writeString(head)
        buffer.writeImmutableBuffer(payload)
        for attachment in attachments {
            buffer.writeServerFrame(.binary, payload: attachment.readableBytesView)
        }
    }
}
