import ChatRealtime
import NIOCore

/// How a session ends.
extension EngineSocket {
    /// How long a GET of a client that has said goodbye may still be on its way.
    private static let crossing = TimeAmount.milliseconds(50)

    /// Leaves it to the session to finish what it has taken, and to close.
    package func serverStops() {
        guard isOpen else { return }
        session.serverStops()
    }

    /// Tells the client, which then connects again by itself.
    package func close() {
        guard isOpen else { return }
        // What the client has not been told yet, it reads from the log when it comes back.
        queue.release(with: .close)
        finish()
    }

    /// The same for a client that may not have been told yet what nobody can tell it later, as acks are. If it does not ask in a
    /// moment it is too late.
    package func closeWhenFetched() {
        guard case .polling = transport, queue.byteCount > 0 else { return close() }
        guard isOpen, !endsWhenFetched else { return }
        send(.close)
        endsWhenFetched = true
        timer?.cancel()
        let bound = NIOLoopBound(self, eventLoop: eventLoop)
        timer = eventLoop.scheduleTask(in: .seconds(1)) { bound.value.finish() }
        flush()
    }

    /// The client has said goodbye, in a POST. If it has sent a GET before, that comes back as it would have come back from here; who
    /// asks after it has heard of this is told that there is nothing.
    func part() {
        guard case .polling = transport, queue.waiting == nil, let answer = posted.takeAnswer() else { return finish() }
        end()
        goodbye = answer
        let bound = NIOLoopBound(self, eventLoop: eventLoop)
        timer = eventLoop.scheduleTask(in: Self.crossing) { _ = bound.value.parted() }
    }

    /// - Returns: whether that was what it has waited for.
    func parted() -> Bool {
        guard let answer = goodbye else { return false }
        goodbye = nil
        timer?.cancel()
        answer.succeed()
        onClose()
        return true
    }

    /// The connection is not there any more.
    func connectionEnded() { finish() }

    func finish() {
        guard isOpen else { return }
        end()
        onClose()
    }

    func end() {
        isOpen = false
        dismissUpgrade?()
        dismissUpgrade = nil
        timer?.cancel()
        timer = nil
        onIdle = nil
        posted.takeAnswer()?.succeed()
        queue.release(with: .noop)
        session.closed(on: eventLoop)
        if case .webSocket(let socket) = transport { socket.close(.normal, "the session has ended") }
    }
}
