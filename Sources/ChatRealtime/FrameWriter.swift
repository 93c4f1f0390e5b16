package import ChatCore
package import NIOCore

/// Frames, one behind the other in one piece of memory, each as a server sends it: unmasked, so that its bytes are
/// the same for every client (RFC 6455, 5.2).
package struct FrameWriter: Sendable {
    private var json: JSONWriter

    /// - Parameter capacity: bytes to reserve.
    package init(capacity: Int = 512) { json = JSONWriter(capacity: capacity) }

    /// Bytes so far.
    var count: Int { json.bytes.count }

    /// Everything that was appended.
    package var buffer: ByteBuffer { ByteBuffer(bytes: json.bytes) }

    /// A text frame of what `content` writes.
    package mutating func text(_ content: (inout JSONWriter) -> Void) {
        let start = begin(.text)
        json.beginText()
        content(&json)
        setLength(of: start)
    }

    /// A frame of any kind.
    package mutating func append(_ opcode: Frame.Opcode, _ payload: some Collection<UInt8>) {
        let start = begin(opcode)
        json.bytes.append(contentsOf: payload)
        setLength(of: start)
    }

    /// - Returns: where the frame begins.
    private mutating func begin(_ opcode: Frame.Opcode) -> Int {
        let start = json.bytes.count
        json.bytes.append(0x80 | opcode.rawValue)
        // Nearly every frame has a length of two bytes.
        json.bytes.append(126)
        json.bytes.append(0)
        json.bytes.append(0)
        return start
    }

    private mutating func setLength(of start: Int) {
        let length = json.bytes.count - start - 4
        switch length {
        case ..<126:
            json.bytes[start + 1] = UInt8(truncatingIfNeeded: length)
            json.bytes.removeSubrange((start + 2)..<(start + 4))
        case ..<65_536:
            json.bytes[start + 2] = UInt8(truncatingIfNeeded: length >> 8)
            json.bytes[start + 3] = UInt8(truncatingIfNeeded: length)
        default:
            json.bytes[start + 1] = 127
            let bytes = (0..<8).map { UInt8(truncatingIfNeeded: length >> (56 - 8 * $0)) }
            json.bytes.replaceSubrange((start + 2)..<(start + 4), with: bytes)
        }
    }
}
