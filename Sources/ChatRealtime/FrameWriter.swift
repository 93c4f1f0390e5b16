import ChatCore
import NIOCore

/// Text frames, one behind the other in one piece of memory, each as a server sends it: unmasked, so that its bytes are
/// the same for every client (RFC 6455, 5.2).
struct FrameWriter {
    private var json: JSONWriter

    /// - Parameter capacity: bytes to reserve.
    init(capacity: Int = 512) { json = JSONWriter(capacity: capacity) }

    /// Bytes so far.
    var count: Int { json.bytes.count }

    /// Everything that was appended.
    var buffer: ByteBuffer { ByteBuffer(bytes: json.bytes) }

    mutating func append(_ frame: ServerFrame) {
        let start = json.bytes.count
        // Nearly every frame has a length of two bytes.
        json.bytes.append(0x81)
        json.bytes.append(126)
        json.bytes.append(0)
        json.bytes.append(0)
        json.beginText()
        json.object { frame.writeMembers(&$0) }
        setLength(of: start)
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
