import NIOCore

/// The requests of long-polling.
extension EngineSocket {
    /// A GET. The future is its answer.
    /// - Parameter mark: what tells the request from others; who repeats it gets the same answer.
    func poll(_ mark: String? = nil) -> EventLoopFuture<ByteBuffer> {
        let promise = eventLoop.makePromise(of: ByteBuffer.self)
        if let mark {
            if let lastPoll, lastPoll.mark == mark { return eventLoop.makeSucceededFuture(lastPoll.body) }
            lastPoll = nil
            let bound = NIOLoopBound(self, eventLoop: eventLoop)
            promise.futureResult.whenSuccess { bound.value.lastPoll = (mark, $0) }
        }
        if let refusal {
            promise.fail(refusal)
            return promise.futureResult
        }
        guard queue.waiting == nil else {
            // Two at once would share out the packets: the reference ends such a session too.
            promise.fail(EngineError.badRequest)
            close()
            return promise.futureResult
        }
        queue.poll(promise)
        if isProbed { releaseSoon() }
        resumeIfDrained()
        return promise.futureResult
    }

    /// The client has hung up on its GET: whatever was on its way may be lost.
    func pollCancelled() {
        guard queue.waiting != nil else { return }
        queue.cancel()
        finish()
    }

    /// A POST. The future is fulfilled when the session takes more.
    /// - Parameter mark: what tells the request from others; who repeats it has said nothing new.
    func post(_ body: ByteBuffer, _ mark: String? = nil) -> EventLoopFuture<Void> {
        if let mark, mark == lastPost { return eventLoop.makeSucceededVoidFuture() }
        lastPost = mark
        let promise = eventLoop.makePromise(of: Void.self)
        if let refusal {
            promise.fail(refusal)
            return promise.futureResult
        }
        do {
            for packet in try EnginePayload.decode(body) { try take(packet) }
            if mayReceive || !isOpen { promise.succeed() } else { posts.append(promise) }
            flush()
        } catch {
            promise.fail(EngineError.badRequest)
            close()
        }
        return promise.futureResult
    }

    /// Why a request comes too late.
    private var refusal: EngineError? {
        if hasMoved { return .badRequest }
        guard isOpen else { return .unknownSession }
        if case .webSocket = transport { return .badRequest }
        return nil
    }

    func resumeIfDrained() {
        guard isOpen, !wasWritable, queue.byteCount <= configuration.unreadBytes / 4 else { return }
        wasWritable = true
        session.becameWritable()
    }
}
