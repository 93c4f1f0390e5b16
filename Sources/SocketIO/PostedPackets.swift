import NIOCore

/// The receiving half of long-polling: what was posted and the session has not taken yet, and the POST that waits for it.
struct PostedPackets {
    private var packets: ArraySlice<EnginePacket> = []
    private var answer: EventLoopPromise<Void>?
    /// How many POSTs have brought ``packets``.
    private(set) var bodies = 0

    var isEmpty: Bool { packets.isEmpty }
    /// A POST has no answer yet. Its client sends no other meanwhile.
    var isAwaited: Bool { answer != nil }

    /// - Parameter answer: of a POST, when no other is awaited.
    mutating func append(_ more: [EnginePacket], _ answer: EventLoopPromise<Void>) {
        bodies = isEmpty ? 1 : bodies + 1
        packets += more
        self.answer = answer
    }

    mutating func next() -> EnginePacket? { packets.popFirst() }

    /// What was not taken.
    mutating func take() -> [EnginePacket] {
        defer { packets = [] }
        return Array(packets)
    }

    /// - Parameter next: of the same POST, if it has come once more.
    /// - Returns: what is to be answered now.
    mutating func takeAnswer(_ next: EventLoopPromise<Void>? = nil) -> EventLoopPromise<Void>? {
        defer { answer = next }
        return answer
    }
}
