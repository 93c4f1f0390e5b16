import NIOCore

/// A WebSocket takes the place of long-polling.
extension EngineSocket {
    /// What a session leaves to the one that goes on with its client on another loop.
    struct Remainder: Sendable {
        let makeSession: @Sendable () -> any EngineSession
        /// What the client has not fetched.
        let frames: ByteBuffer
        /// What the session has not taken.
        let packets: [EnginePacket]
        let beat: Beat
    }

    /// A WebSocket wants to take over.
    /// - Parameter dismiss: called if the session ends before.
    /// - Returns: whether it may: one at a time.
    func claim(_ dismiss: @escaping @Sendable () -> Void) -> Bool {
        guard isOpen, case .polling = transport, dismissUpgrade == nil else { return false }
        dismissUpgrade = dismiss
        return true
    }

    /// The WebSocket works.
    func probed() {
        guard isOpen else { return }
        isProbed = true
        releaseSoon()
        resumeIfDrained()
        readIfAllowed()
    }

    /// A client that changes over needs its GETs back, but need not ask as fast as it can. The reference waits as long: until then
    /// what the client has asked for comes without anything else.
    func releaseSoon() {
        let bound = NIOLoopBound(self, eventLoop: eventLoop)
        eventLoop.scheduleTask(in: .milliseconds(100)) {
            if bound.value.isProbed { bound.value.queue.release(with: .noop) }
        }
    }

    /// The WebSocket has gone without taking over.
    func unclaimed() {
        (dismissUpgrade, isProbed) = (nil, false)
        noteUnread()
    }

    /// Leaves this loop as soon as all that was asked here is answered.
    func move(_ then: @escaping (Remainder) -> Void) {
        guard isOpen else { return }
        onIdle = { [self] in
            queue.release(with: .noop)
            let left = nextBeat - eventLoop.now
            then(
                Remainder(
                    makeSession: session.continuation(), frames: queue.take(), packets: posted.take(),
                    beat: awaitsPong ? .pong(within: left) : .ping(in: left)))
            (dismissUpgrade, hasMoved) = (nil, true)
            end()
        }
        readIfAllowed()
    }
}
