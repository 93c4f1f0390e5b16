import ChatRealtime
package import NIOCore

/// The bodies of long-polling: packets with 0x1E between them.
package enum EnginePayload {
    /// Packets of one body; a client that goes beyond it loses its session.
    package static let packetLimit = 4096

    private static let separator: UInt8 = 0x1E

    /// - Throws: also if there is no packet, or the body is not UTF-8.
    package static func decode(_ body: ByteBuffer) throws(EngineFault) -> [EnginePacket] {
        guard body.readableBytes > 0 else { throw EngineFault("The body is empty. Send at least one packet.") }
        guard (try? UTF8Span(validating: body.readableBytesUInt8Span)) != nil else {
            throw EngineFault("The body is not UTF-8. Send bytes as \"b\" and base64.")
        }
        var packets: [EnginePacket] = []
        var rest: ByteBuffer? = body
        while var text = rest {
            guard packets.count < packetLimit else {
                throw EngineFault("The body has too many packets. Send at most \(packetLimit) at once.")
            }
            let end = text.readableBytesView.firstIndex(of: separator)
            rest = end.flatMap { text.getSlice(at: $0 + 1, length: text.writerIndex - $0 - 1) }
            if let end { text.moveWriterIndex(to: end) }
            packets.append(try EnginePacket(decoding: text, allowsBase64: true))
        }
        return packets
    }

    /// Server frames, whole ones, text frames with the packet's digit and binary frames without, as a polling body. Frames of
    /// other opcodes are left out.
    package static func encode(frames: ByteBuffer) -> ByteBuffer {
        var frames = frames
        var body = ByteBufferAllocator().buffer(capacity: frames.readableBytes)
        while let (opcode, payload) = frames.readServerFrame() {
            switch opcode {
            case .text where payload.readableBytes > 0:
                begin(&body)
                body.writeImmutableBuffer(payload)
            case .binary:
                begin(&body)
                EnginePacket.binary(payload).write(to: &body)
            default: break
            }
        }
        return body
    }

    private static func begin(_ body: inout ByteBuffer) {
        if body.readableBytes > 0 { body.writeInteger(separator) }
    }
}

extension ByteBuffer {
    /// - Returns: the next unmasked frame; `nil` if not all of it is there. Its opcode is `nil` if it has none that is known.
    fileprivate mutating func readServerFrame() -> (opcode: Frame.Opcode?, payload: ByteBuffer)? {
        guard let first = readInteger(as: UInt8.self), let length = readServerFrameLength(),
            let payload = readSlice(length: length)
        else { return nil }
        return (Frame.Opcode(rawValue: first & 0x0F), payload)
    }

    private mutating func readServerFrameLength() -> Int? {
        switch readInteger(as: UInt8.self) {
        case 126: readInteger(as: UInt16.self).map { Int($0) }
        case 127: readInteger(as: UInt64.self).flatMap { Int(exactly: $0) }
        case let short?: short < 126 ? Int(short) : nil
        case nil: nil
        }
    }
}
