package import NIOCore

/// Finds the messages in the bytes that a WebSocket server sends (RFC 6455, 5.2), without copying them: only what a read
/// cuts in two is kept until the rest comes.
package struct ServerFrameScanner {
    /// What a message is. Fragments have been put together by then.
    package enum Kind: Sendable, Equatable {
        case text
        case binary
        case close
        case ping
        case pong
    }

    /// Why the bytes are not what a server may send.
    package struct Violation: Error, Sendable, Equatable {
        /// For a person, as in `a frame is masked`.
        package let reason: String
    }

    /// Most bytes of a message.
    package static let limit = 16 * 1024 * 1024

    private var held = ByteBuffer()
    /// A message whose last fragment has not come.
    private var fragments: [UInt8] = []
    private var fragmentKind: Kind?

    /// For the bytes of a connection from the end of its handshake on.
    package init() {}

    /// - Parameter each: called for each whole message; its bytes are valid during the call only.
    /// - Throws: ``Violation``; nothing can be read after that.
    package mutating func feed(
        _ bytes: inout ByteBuffer, _ each: (Kind, UnsafeRawBufferPointer) -> Void
    ) throws(Violation) {
        if held.readableBytes == 0 {
            let used = try scan(bytes, each)
            bytes.moveReaderIndex(forwardBy: used)
            if bytes.readableBytes > 0 { held.writeBuffer(&bytes) }
        } else {
            held.writeBuffer(&bytes)
            let used = try scan(held, each)
            held.moveReaderIndex(forwardBy: used)
            if held.readableBytes == 0 { held.clear() } else if used > 0 { held.discardReadBytes() }
        }
    }

    /// - Returns: how many bytes the whole frames took.
    private mutating func scan(
        _ buffer: ByteBuffer, _ each: (Kind, UnsafeRawBufferPointer) -> Void
    ) throws(Violation) -> Int {
        try buffer.withUnsafeReadableBytes { bytes in
            Result { () throws(Violation) in
                var position = 0
                while let frame = try Frame(bytes, at: position) {
                    position += frame.headerBytes
                    let payload = UnsafeRawBufferPointer(rebasing: bytes[position..<position + frame.payloadBytes])
                    try pass(frame, payload, each)
                    position += frame.payloadBytes
                }
                return position
            }
        }.get()
    }

    private mutating func pass(
        _ frame: Frame, _ payload: UnsafeRawBufferPointer, _ each: (Kind, UnsafeRawBufferPointer) -> Void
    ) throws(Violation) {
        switch (frame.kind, frame.isFinal, fragmentKind) {
        case (let kind?, true, _) where kind.isControl: each(kind, payload)
        case (let kind?, true, nil): each(kind, payload)
        case (let kind?, false, nil):
            fragmentKind = kind
            fragments = Array(payload)
        case (nil, let isFinal, let kind?):
            guard fragments.count + payload.count <= Self.limit else {
                throw Violation(reason: "a message is too long")
            }
            fragments += payload
            if isFinal {
                fragmentKind = nil
                fragments.withUnsafeBytes { each(kind, $0) }
                fragments = []
            }
        case (nil, _, nil): throw Violation(reason: "a continuation of nothing")
        case (_?, _, _?): throw Violation(reason: "a message within another one")
        }
    }
}

extension ServerFrameScanner.Kind {
    fileprivate var isControl: Bool { self == .close || self == .ping || self == .pong }
}

/// A frame's header.
private struct Frame {
    /// `nil`: a continuation.
    let kind: ServerFrameScanner.Kind?
    let isFinal: Bool
    let headerBytes: Int
    let payloadBytes: Int

    /// `nil` unless the whole frame is there.
    init?(_ bytes: UnsafeRawBufferPointer, at start: Int) throws(ServerFrameScanner.Violation) {
        let available = bytes.count - start
        guard available >= 2 else { return nil }
        let (first, second) = (bytes[start], bytes[start + 1])
        guard first & 0x70 == 0 else { throw .init(reason: "a reserved bit is set") }
        guard second & 0x80 == 0 else { throw .init(reason: "a frame is masked") }
        self.isFinal = first & 0x80 != 0
        self.kind = try Self.kind(first & 0x0F)
        guard first & 0x08 == 0 || (isFinal && second < 126) else {
            throw .init(reason: "a control frame is long or fragmented")
        }
        let lengthBytes = second < 126 ? 0 : second == 126 ? 2 : 8
        self.headerBytes = 2 + lengthBytes
        guard available >= headerBytes else { return nil }
        var length = lengthBytes == 0 ? UInt64(second) : 0
        for offset in 0..<lengthBytes { length = length << 8 | UInt64(bytes[start + 2 + offset]) }
        guard length <= UInt64(ServerFrameScanner.limit) else { throw .init(reason: "a message is too long") }
        self.payloadBytes = Int(length)
        guard available - headerBytes >= payloadBytes else { return nil }
    }

    private static func kind(_ opcode: UInt8) throws(ServerFrameScanner.Violation) -> ServerFrameScanner.Kind? {
        switch opcode {
        case 0: return nil
        case 1: return .text
        case 2: return .binary
        case 8: return .close
        case 9: return .ping
        case 10: return .pong
        default: throw .init(reason: "an unknown opcode")
        }
    }
}
