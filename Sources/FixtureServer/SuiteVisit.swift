import NIOCore
import SocketIO

/// One client in one namespace of the client suite's server, and what outlives its connection.
struct SuiteVisit: Sendable {
    /// An event that was sent, as whole WebSocket frames.
    private struct Sent: Sendable {
        let offset: Int
        let frames: ByteBuffer
    }

    /// Events that a client that comes back may have missed.
    private static let missedLimit = 1_000

    let namespace: String
    let sid = EngineID.make()
    /// Known to the client alone.
    let pid = EngineID.make()
    /// JSON: what the client said when it came.
    var handshake: String
    /// Events that came, for those that only count behind others.
    var came: Set<String> = []
    /// Of events that the client has not acknowledged yet.
    private(set) var openAcks: Set<UInt64> = []
    private var ackCount: UInt64 = 0
    private var sent: [Sent] = []
    private var sentCount = 0

    init(_ namespace: String, handshake: String) {
        self.namespace = namespace
        self.handshake = handshake
    }

    // MARK: - What is sent

    /// An event for that no ack is wanted. It ends with its offset.
    /// - Parameter arguments: JSON each.
    mutating func event(_ name: String, _ arguments: [String], _ attachments: [ByteBuffer]) -> ByteBuffer {
        sentCount += 1
        let elements = [name.quoted] + arguments + [String(sentCount).quoted]
        var frames = ByteBuffer()
        SocketIOEncoder.event(
            namespace, payload: ByteBuffer(string: "[\(elements.joined(separator: ","))]"), attachments: attachments,
            to: &frames)
        sent.append(Sent(offset: sentCount, frames: frames))
        if sent.count > Self.missedLimit { sent.removeFirst() }
        return frames
    }

    /// An event that the client shall acknowledge. It has no offset: it is not sent again.
    mutating func question(_ name: String) -> ByteBuffer {
        openAcks.insert(ackCount)
        var frames = ByteBuffer()
        SocketIOEncoder.event(
            namespace, ackID: ackCount, payload: ByteBuffer(string: "[\(name.quoted)]"), to: &frames)
        ackCount += 1
        return frames
    }

    /// - Returns: whether an ack was wanted. It is wanted once.
    mutating func takeAck(_ number: UInt64) -> Bool { openAcks.remove(number) != nil }

    // MARK: - What was missed

    /// - Returns: what was sent behind an event; `nil` if there was none with that offset.
    func missed(after offset: String) -> ByteBuffer? {
        guard let index = sent.firstIndex(where: { String($0.offset) == offset }) else { return nil }
        var frames = ByteBuffer()
        for event in sent[(index + 1)...] { frames.writeImmutableBuffer(event.frames) }
        return frames
    }
}
