import ChatRealtime
import NIOCore

/// How a session ends.
extension EngineSocket {
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
