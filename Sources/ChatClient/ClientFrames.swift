package import NIOCore

/// Frames as a client writes them: whole messages, masked (RFC 6455, 5.3).
package struct ClientFrames: Sendable {
    /// A frame's first byte: FIN, and the opcode (RFC 6455, 5.2).
    package enum Kind: UInt8, Sendable {
        case text = 0x81
        case close = 0x88
        case pong = 0x8A
    }

    /// Masks need not be secret from the two ends, only unforeseeable by a web page; there is none here (xorshift).
    private var state: UInt64

    /// - Parameter seed: the same one gives the same masks.
    package init(seed: UInt64 = .random(in: 1 ... .max)) { state = seed == 0 ? 1 : seed }

    /// Appends one frame.
    package mutating func write(_ kind: Kind, _ payload: UnsafeRawBufferPointer, to buffer: inout ByteBuffer) {
        buffer.writeInteger(kind.rawValue)
        switch payload.count {
        case ..<126: buffer.writeInteger(0x80 | UInt8(truncatingIfNeeded: payload.count))
        case ..<65_536:
            buffer.writeInteger(0x80 | UInt8(126))
            buffer.writeInteger(UInt16(truncatingIfNeeded: payload.count))
        default:
            buffer.writeInteger(0x80 | UInt8(127))
            buffer.writeInteger(UInt64(payload.count))
        }
        let key = nextKey()
        buffer.writeInteger(key, endianness: .host)
        buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: payload.count) { target in
            Self.mask(payload, into: target, key)
            return payload.count
        }
    }

    /// Eight bytes at a time: this is done for every message of a load.
    private static func mask(
        _ payload: UnsafeRawBufferPointer, into target: UnsafeMutableRawBufferPointer, _ key: UInt32
    ) {
        let wide = UInt64(key) << 32 | UInt64(key)
        var index = 0
        while index + 8 <= payload.count {
            let word = payload.loadUnaligned(fromByteOffset: index, as: UInt64.self) ^ wide
            target.storeBytes(of: word, toByteOffset: index, as: UInt64.self)
            index += 8
        }
        while index < payload.count {
            target[index] = payload[index] ^ UInt8(truncatingIfNeeded: key >> UInt32(8 * (index & 3)))
            index += 1
        }
    }

    private mutating func nextKey() -> UInt32 {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return UInt32(truncatingIfNeeded: state >> 16)
    }
}
