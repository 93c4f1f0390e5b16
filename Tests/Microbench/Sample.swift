import ChatCore
import NIOCore

/// A message of 128 bytes, as `denwa bench` sends it.
enum Sample {
    static let room = RoomName(stored: "lobby")
    static let author = Account(
        id: AccountID(rawValue: 1), handle: Handle(stored: "alice"), displayName: DisplayName(stored: "Alice"))
    static let body = MessageBody(stored: String(repeating: "x", count: 128))

    static func content(_ seq: Int64) -> Event.Content { .message(ClientID(stored: "n\(seq)"), body) }

    static func events(_ seqs: ClosedRange<Int64>) -> [Event] {
        seqs.map { Event(room: room, seq: $0, author: author, at: Timestamp(microseconds: $0), content: content($0)) }
    }

    /// What a client sends.
    static let send =
        #"{"type":"send","ref":"17","room":"lobby","clientId":"n17","body":"\#(String(repeating: "x", count: 128))"}"#

    static func masked(_ text: String) -> ByteBuffer {
        let key: [UInt8] = [1, 2, 3, 4]
        var frame = ByteBuffer(bytes: [0x81])
        if text.utf8.count < 126 {
            frame.writeInteger(0x80 | UInt8(truncatingIfNeeded: text.utf8.count))
        } else {
            frame.writeInteger(UInt8(0xFE))
            frame.writeInteger(UInt16(truncatingIfNeeded: text.utf8.count))
        }
        frame.writeBytes(key)
        frame.writeBytes(text.utf8.enumerated().map { $1 ^ key[$0 & 3] })
        return frame
    }
}
