import NIOCore

/// The requests of long-polling.
extension EngineSocket {
    /// A GET. The future is its answer.
    /// - Parameter mark: what tells the request from others; who repeats it gets the same answer.
    func poll(_ mark: String? = nil) -> EventLoopFuture<ByteBuffer> {
        if marks.isRepeatedPoll(mark), let lastAnswer { return eventLoop.makeSucceededFuture(lastAnswer) }
        lastAnswer = nil
        if parted() { return eventLoop.makeSucceededFuture(ByteBuffer(string: "6")) }
        if let refusal { return eventLoop.makeFailedFuture(refusal) }
        guard queue.waiting == nil else {
            // Two at once would share out the packets: the reference ends such a session too.
            close()
            return eventLoop.makeFailedFuture(EngineError.badRequest)
        }
        let promise = eventLoop.makePromise(of: ByteBuffer.self)
        if mark != nil, marks.areUnique {
            let bound = NIOLoopBound(self, eventLoop: eventLoop)
            promise.futureResult.whenSuccess { bound.value.lastAnswer = $0 }
        }
        queue.poll(promise)
        noteUnread()
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

    /// A POST. The future is fulfilled when the session takes more, and the client has read what it was sent.
    /// - Parameter mark: what tells the request from others; who repeats it has said nothing new.
    func post(_ body: ByteBuffer, _ mark: String? = nil) -> EventLoopFuture<Void> {
        if marks.isRepeatedPost(mark, body) { return repeated() }
        if let refusal { return eventLoop.makeFailedFuture(refusal) }
        guard !posted.isAwaited, let packets = try? EnginePayload.decode(body) else {
            // Two at once have no order: the reference ends such a session too.
            close()
            return eventLoop.makeFailedFuture(EngineError.badRequest)
        }
        let promise = eventLoop.makePromise(of: Void.self)
        posted.append(packets, promise)
        readIfAllowed()
        flush()
        return promise.futureResult
    }

    /// Nothing new was said, but perhaps the first answer still waits.
    private func repeated() -> EventLoopFuture<Void> {
        guard posted.isAwaited else { return eventLoop.makeSucceededVoidFuture() }
        let promise = eventLoop.makePromise(of: Void.self)
        posted.takeAnswer(promise)?.succeed()
        return promise.futureResult
    }

    /// Why a request comes too late.
    private var refusal: EngineError? {
        if hasMoved { return .badRequest }
        guard isOpen else { return .unknownSession }
        if case .webSocket = transport { return .badRequest }
        return nil
    }
}
