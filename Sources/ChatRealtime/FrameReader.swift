package import NIOCore

/// One frame of a client, unmasked (RFC 6455, 5.2).
package struct Frame: Equatable {
    /// RFC 6455, 5.2. The opcodes that it reserves are protocol errors.
    package enum Opcode: UInt8 {
        case continuation = 0
        case text = 1
        case binary = 2
        case close = 8
        case ping = 9
        case pong = 10

        fileprivate var isControl: Bool { rawValue >= Self.close.rawValue }
    }

    /// What the payload is, or that it goes on.
    package let opcode: Opcode
    /// Whether it is its message's last.
    package let isFinal: Bool
    /// Unmasked; at most 125 bytes of a ping, pong or close.
    package let payload: ByteBuffer

    /// A whole message in one frame, unless `isFinal` is false.
    package init(_ opcode: Opcode, isFinal: Bool = true, _ payload: ByteBuffer = ByteBuffer()) {
        self.opcode = opcode
        self.isFinal = isFinal
        self.payload = payload
    }
}

/// What a client did that ends its socket.
package struct ProtocolViolation: Error, Equatable {
    /// Sent to the client in the close frame.
    package let code: CloseCode
    /// Sent to the client in the close frame.
    package let reason: String

    init(_ code: CloseCode, _ reason: String) {
        self.code = code
        self.reason = reason
    }
}

/// Cuts the bytes of a connection into frames, in whatever pieces they arrive. Decides; does no I/O.
package struct FrameReader {
    private let payloadLimit: Int
    private var bytes = ByteBuffer()

    /// - Parameter payloadLimit: bytes of one frame's payload; more is refused before it has come.
    package init(payloadLimit: Int) { self.payloadLimit = payloadLimit }

    /// Takes what has come, however it is cut; ``next()`` gives the frames that are whole by now.
    package mutating func append(_ more: ByteBuffer) {
        guard bytes.readableBytes > 0 else {
            bytes = more
            return
        }
        // Or a client whose frames never end where a read ends would have all that it ever sent kept.
        bytes.discardReadBytes()
        bytes.writeImmutableBuffer(more)
    }

    /// What is held for frames that are not whole, in bytes.
    var heldBytes: Int { bytes.storageCapacity }

    /// - Returns: the next frame; `nil` if not all of it has come.
    /// - Throws: what no client may send. Nothing sensible can be read after that.
    package mutating func next() throws(ProtocolViolation) -> Frame? {
        guard let header = try Header(bytes.readableBytesView, payloadLimit: payloadLimit),
            bytes.readableBytes >= header.length + header.payloadLength
        else { return nil }
        let payload = bytes.withUnsafeReadableBytes { header.unmask($0) }
        bytes.moveReaderIndex(forwardBy: header.length + header.payloadLength)
        // The memory goes back to the channel.
        if bytes.readableBytes == 0 { bytes = ByteBuffer() }
        return Frame(header.opcode, isFinal: header.isFinal, payload)
    }

    private struct Header {
        let opcode: Frame.Opcode
        let isFinal: Bool
        /// Bytes before the payload, the masking key among them.
        let length: Int
        let payloadLength: Int

        /// `nil` if not all of it has come.
        init?(_ bytes: ByteBufferView, payloadLimit: Int) throws(ProtocolViolation) {
            guard bytes.count >= 2 else { return nil }
            let start = bytes.startIndex
            let (first, second) = (bytes[start], bytes[start + 1])
            guard first & 0x70 == 0 else { throw ProtocolViolation(.protocolError, "reserved bits must be zero") }
            guard let opcode = Frame.Opcode(rawValue: first & 0x0F) else {
                throw ProtocolViolation(.protocolError, "unknown opcode")
            }
            guard second & 0x80 != 0 else { throw ProtocolViolation(.protocolError, "client frames must be masked") }
            let isFinal = first & 0x80 != 0
            let short = Int(second & 0x7F)
            guard !opcode.isControl || isFinal && short < 126 else {
                throw ProtocolViolation(.protocolError, "a control frame has one part and at most 125 bytes")
            }
            let extra = short < 126 ? 0 : short == 126 ? 2 : 8
            guard bytes.count >= 2 + extra else { return nil }
            let long = bytes[(start + 2)..<(start + 2 + extra)].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
            guard extra == 0 || long > (extra == 2 ? 125 : 65_535) else {
                throw ProtocolViolation(.protocolError, "a length must be written in as few bytes as it needs")
            }
            guard let length = Int(exactly: extra == 0 ? UInt64(short) : long), length <= payloadLimit else {
                throw ProtocolViolation(.messageTooLarge, "a message has at most \(payloadLimit) bytes")
            }
            self.opcode = opcode
            self.isFinal = isFinal
            self.length = 2 + extra + 4
            self.payloadLength = length
        }

        func unmask(_ bytes: UnsafeRawBufferPointer) -> ByteBuffer {
            guard payloadLength > 0 else { return ByteBuffer() }
            let key = UnsafeRawBufferPointer(rebasing: bytes[(length - 4)..<length])
            let masked = UnsafeRawBufferPointer(rebasing: bytes[length..<(length + payloadLength)])
            let four = UInt64(key.loadUnaligned(as: UInt32.self))
            let eight = four << 32 | four
            var payload = ByteBufferAllocator().buffer(capacity: payloadLength)
            payload.writeWithUnsafeMutableBytes(minimumWritableBytes: payloadLength) { plain in
                var index = 0
                while index + 8 <= payloadLength {
                    let word = masked.loadUnaligned(fromByteOffset: index, as: UInt64.self) ^ eight
                    plain.storeBytes(of: word, toByteOffset: index, as: UInt64.self)
                    index += 8
                }
                while index < payloadLength {
                    plain[index] = masked[index] ^ key[index & 3]
                    index += 1
                }
                return payloadLength
            }
            return payload
        }
    }
}
