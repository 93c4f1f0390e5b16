import NIOCore

/// The server asks, the client answers; who does not is taken for gone.
extension EngineSocket {
    /// The heartbeat goes on where it was when another transport takes over.
    enum Beat: Sendable {
        case ping(in: TimeAmount)
        case pong(within: TimeAmount)
    }

    func schedule(_ beat: Beat) {
        timer?.cancel()
        let bound = NIOLoopBound(self, eventLoop: eventLoop)
        switch beat {
        case .ping(let time):
            (awaitsPong, nextBeat) = (false, eventLoop.now + time)
            timer = eventLoop.scheduleTask(in: time) { bound.value.ping() }
        case .pong(let time):
            (awaitsPong, nextBeat) = (true, eventLoop.now + time)
            timer = eventLoop.scheduleTask(in: time) { bound.value.close() }
        }
    }

    private func ping() {
        guard isOpen else { return }
        send(.ping(ByteBuffer()))
        queue.notePing()
        flush()
        schedule(.pong(within: configuration.pingTimeout))
    }

    /// Nobody answers what was not asked or what they have not fetched: else whoever never reads would live on.
    func heardPong() {
        if awaitsPong, !queue.holdsPing { schedule(.ping(in: configuration.pingInterval)) }
    }
}
