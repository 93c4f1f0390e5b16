package import NIOCore

extension ByteBuffer {
    /// Appends one whole frame as a server sends it: unmasked, so that its bytes are the same for every client
    /// (RFC 6455, 5.2).
    package mutating func writeServerFrame(_ opcode: Frame.Opcode, payload: some Collection<UInt8>) {
        var writer = FrameWriter(capacity: payload.count + 10)
        writer.append(opcode, payload)
        writeImmutableBuffer(writer.buffer)
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
