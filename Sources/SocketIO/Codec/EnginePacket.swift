import ChatRealtime
package import NIOCore

/// One packet of Engine.IO 4.
package enum EnginePacket: Sendable, Equatable {
    case open(ByteBuffer)
    case close
    case ping(ByteBuffer)
    case pong(ByteBuffer)
    /// A message. Socket.IO lives in these.
    case text(ByteBuffer)
    /// A message of bytes.
    case binary(ByteBuffer)
    case upgrade
    case noop

    /// From a text frame or an element of a polling body, which are UTF-8. Data behind a packet that has none are dropped,
    /// as the reference does.
    /// - Parameter allowsBase64: whether a binary message may come as "b" and base64. In a WebSocket it has a frame of its own.
    package init(decoding text: ByteBuffer, allowsBase64: Bool) throws(EngineFault) {
        var data = text
        switch data.readInteger(as: UInt8.self) {
        case UInt8(ascii: "0"): self = .open(data)
        case UInt8(ascii: "1"): self = .close
        case UInt8(ascii: "2"): self = .ping(data)
        case UInt8(ascii: "3"): self = .pong(data)
        case UInt8(ascii: "4"): self = .text(data)
        case UInt8(ascii: "5"): self = .upgrade
        case UInt8(ascii: "6"): self = .noop
        case UInt8(ascii: "b") where allowsBase64: self = .binary(try Self.bytes(data))
        case UInt8(ascii: "b"):
            throw EngineFault("A text frame holds base64. Send bytes as a binary frame.")
        case nil: throw EngineFault("A packet is empty. Begin it with its type, a digit from 0 to 6.")
        default: throw EngineFault("A packet's type is unknown. Begin it with a digit from 0 to 6.")
        }
    }

    private static func bytes(_ base64: ByteBuffer) throws(EngineFault) -> ByteBuffer {
        guard let bytes = Base64.decode(base64) else {
            throw EngineFault("A binary message is not base64. Encode its bytes as RFC 4648, section 4, says.")
        }
        return bytes
    }

    /// Appends what a text frame or an element of a polling body holds: digit and data; a binary message is "b" and base64.
    package func write(to buffer: inout ByteBuffer) {
        switch self {
        case .binary(let bytes):
            buffer.writeInteger(UInt8(ascii: "b"))
            Base64.encode(bytes.readableBytesView, to: &buffer)
        case .open(let data): Self.write("0", data, to: &buffer)
        case .close: buffer.writeInteger(UInt8(ascii: "1"))
        case .ping(let data): Self.write("2", data, to: &buffer)
        case .pong(let data): Self.write("3", data, to: &buffer)
        case .text(let data): Self.write("4", data, to: &buffer)
        case .upgrade: buffer.writeInteger(UInt8(ascii: "5"))
        case .noop: buffer.writeInteger(UInt8(ascii: "6"))
        }
    }

    private static func write(_ type: Unicode.Scalar, _ data: ByteBuffer, to buffer: inout ByteBuffer) {
        buffer.writeInteger(UInt8(ascii: type))
        buffer.writeImmutableBuffer(data)
    }

    /// Appends the packet as a whole WebSocket frame of a server.
    package func writeFrame(to buffer: inout ByteBuffer) {
        if case .binary(let bytes) = self {
            buffer.writeServerFrame(.binary, payload: bytes.readableBytesView)
        } else {
            var text = ByteBuffer()
            write(to: &text)
            buffer.writeServerFrame(.text, payload: text.readableBytesView)
        }
    }
}
