package import NIOCore

extension ByteBuffer {
    /// Appends one whole frame as a server sends it: unmasked, so that its bytes are the same for every client
    /// (RFC 6455, 5.2).
    package mutating func writeServerFrame(_ opcode: Frame.Opcode, payload: some Collection<UInt8>) {
        writeServerFrameHeader(opcode, payloadBytes: payload.count)
        writeBytes(payload)
    }

    /// Appends a server frame's header; `payloadBytes` of payload have to follow.
    package mutating func writeServerFrameHeader(_ opcode: Frame.Opcode, payloadBytes: Int) {
        writeInteger(0x80 | opcode.rawValue)
        switch payloadBytes {
        case ..<126: writeInteger(UInt8(truncatingIfNeeded: payloadBytes))
        case ..<65_536:
            writeInteger(UInt8(126))
            writeInteger(UInt16(truncatingIfNeeded: payloadBytes))
        default:
            writeInteger(UInt8(127))
            writeInteger(UInt64(payloadBytes))
        }
    }

    /// A close frame. The reason is cut to the 123 bytes that fit.
    package static func closeFrame(_ code: UInt16, _ reason: String = "") -> ByteBuffer {
        var payload = code.bigEndianBytes
        for character in reason {
            let bytes = Array(character.utf8)
            guard payload.count + bytes.count <= 125 else { break }
            payload += bytes
        }
        var frame = ByteBuffer()
        frame.writeServerFrame(.close, payload: payload)
        return frame
    }
}

extension UInt16 {
    fileprivate var bigEndianBytes: [UInt8] { [UInt8(self >> 8), UInt8(self & 0xFF)] }
}
