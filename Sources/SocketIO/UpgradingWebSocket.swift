import ChatRealtime
import NIOCore

/// A WebSocket that takes over a session of long-polling, which may live on another event loop: the client says `2probe`,
/// hears `3probe`, lets its last request end, and says `5`.
final class UpgradingWebSocket: WebSocketSession {
    private enum State {
        /// The session is asked whether it may be taken over.
        case claiming
        case silent
        case probed
        /// The session is on its way to this loop. What the client says meanwhile waits for it.
        case moving(early: [WebSocketMessage])
        case live(EngineSocket)
        case closed
    }

    private static let probe = ByteBuffer(string: "2probe")
    private static let upgrade = ByteBuffer(string: "5")

    private let sid: String
    private let former: EngineSessions.Entry
    private let sessions: EngineSessions
    private var state = State.claiming
    private var isProbeWaiting = false
    private var socket: WebSocket?
    private var timer: Scheduled<Void>?

    init(_ sid: String, _ former: EngineSessions.Entry, _ sessions: EngineSessions) {
        self.sid = sid
        self.former = former
        self.sessions = sessions
    }

    var mayReceive: Bool {
        switch state {
        case .live(let engine): engine.mayReceive
        case .claiming, .moving: false
        case .silent, .probed, .closed: true
        }
    }

    // MARK: - Taking over

    func opened(_ socket: WebSocket) {
        self.socket = socket
        guard let eventLoop = socket.eventLoop else { return }
        let bound = NIOLoopBound(self, eventLoop: eventLoop)
        timer = eventLoop.scheduleTask(in: sessions.configuration.upgradeTimeout) { bound.value.abandon() }
        let claim = former.eventLoop.submit { [former] in
            former.socket.value.claim { eventLoop.execute { bound.value.abandon() } }
        }
        claim.hop(to: eventLoop).whenSuccess { bound.value.claimed($0) }
    }

    private func claimed(_ mayGoOn: Bool) {
        guard case .claiming = state, let socket else { return mayGoOn ? release() : () }
        guard mayGoOn else {
            state = .closed
            return abandon()
        }
        state = .silent
        if isProbeWaiting { answerProbe() }
        socket.readIfAllowed()
    }

    func received(_ message: WebSocketMessage) {
        switch (state, message) {
        case (.live(let engine), _): engine.received(message)
        case (.claiming, .text(let text)) where text == Self.probe: isProbeWaiting = true
        case (.silent, .text(let text)) where text == Self.probe: answerProbe()
        case (.probed, .text(let text)) where text == Self.upgrade: move()
        case (.moving(let early), _): state = .moving(early: early + [message])
        default: abandon()
        }
    }

    /// What comes is no upgrade, or not in time, or the session has ended. Else it goes on with long-polling.
    private func abandon() {
        if case .live = state { return }
        socket?.close(.normal, "this is not how a session is taken over")
    }

    private func answerProbe() {
        state = .probed
        former.eventLoop.execute { [former] in former.socket.value.probed() }
        var frame = ByteBuffer()
        frame.writeServerFrame(.text, payload: "3probe".utf8)
        socket?.write(frame)
        socket?.flush()
    }

    private func move() {
        guard let eventLoop = socket?.eventLoop else { return }
        state = .moving(early: [])
        let bound = NIOLoopBound(self, eventLoop: eventLoop)
        former.eventLoop.execute { [former] in
            former.socket.value.move { left in eventLoop.execute { bound.value.arrived(left) } }
        }
    }

    private func arrived(_ left: EngineSocket.Remainder) {
        timer?.cancel()
        timer = nil
        // If the client has gone meanwhile, what it lacks is in the log.
        guard case .moving(let early) = state, let socket, let eventLoop = socket.eventLoop else {
            return sessions.remove(sid)
        }
        let engine = sessions.makeSocket(sid, on: eventLoop, left.makeSession(), isUpgraded: true)
        state = .live(engine)
        engine.goOn(on: socket, with: left)
        for message in early { engine.received(message) }
        engine.flush()
        socket.readIfAllowed()
    }

    /// Long-polling goes on as if nothing had been.
    private func release() { former.eventLoop.execute { [former] in former.socket.value.unclaimed() } }

    // MARK: - The connection

    func receivedAll() {}

    func becameWritable() { if case .live(let engine) = state { engine.becameWritable() } }

    func serverStops() {
        if case .live(let engine) = state { engine.serverStops() } else { socket?.close(.serviceRestart, "") }
    }

    func closed() {
        timer?.cancel()
        (timer, socket) = (nil, nil)
        switch state {
        case .live(let engine): engine.connectionEnded()
        case .silent, .probed: release()
        case .claiming, .moving, .closed: break
        }
        state = .closed
    }

    func ended(on eventLoop: any EventLoop) {}
}
