import NIOCore

/// The sending half of long-polling: what waits for a request, and the request that waits for it.
struct PollingQueue {
    /// As WebSocket frames, whatever carries them in the end.
    private(set) var frames = ByteBuffer()
    private(set) var waiting: EventLoopPromise<ByteBuffer>?
    /// The last ping has not been fetched.
    private(set) var holdsPing = false

    var byteCount: Int { frames.readableBytes }

    mutating func append(_ more: ByteBuffer) { frames.writeImmutableBuffer(more) }

    /// A ping was appended, if it goes this way.
    mutating func notePing() { holdsPing = byteCount > 0 }

    /// - Returns: what is to be answered at once; `nil` if there is nothing yet.
    mutating func poll(_ promise: EventLoopPromise<ByteBuffer>) {
        waiting = promise
        flush()
    }

    /// Answers the request that waits, if there is anything to say.
    mutating func flush() {
        guard let promise = waiting, frames.readableBytes > 0 else { return }
        waiting = nil
        promise.succeed(EnginePayload.encode(frames: take()))
    }

    /// Answers the request that waits, whatever there is.
    mutating func release(with packet: EnginePacket) {
        guard let promise = waiting else { return }
        waiting = nil
        var body = ByteBuffer()
        packet.write(to: &body)
        promise.succeed(body)
    }

    /// The request has gone.
    mutating func cancel() {
        waiting?.fail(EngineError.unknownSession)
        waiting = nil
    }

    /// What has not been fetched.
    mutating func take() -> ByteBuffer {
        defer { (frames, holdsPing) = (ByteBuffer(), false) }
        return frames
    }
}
