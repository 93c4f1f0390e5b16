import ChatRealtime
import NIOCore

/// A WebSocket on which an Engine.IO session begins.
final class EngineWebSocket: WebSocketSession {
    private let sessions: EngineSessions
    private let makeSession: EngineSessions.MakeSession
    private var engine: EngineSocket?

    init(_ sessions: EngineSessions, _ makeSession: @escaping EngineSessions.MakeSession) {
        self.sessions = sessions
        self.makeSession = makeSession
    }

    var mayReceive: Bool { engine?.mayReceive ?? true }

    func opened(_ socket: WebSocket) {
        guard let eventLoop = socket.eventLoop else { return }
        let engine = sessions.makeSocket(EngineID.make(), on: eventLoop, makeSession(), isUpgraded: true)
        self.engine = engine
        engine.open(on: socket)
    }

    func received(_ message: WebSocketMessage) { engine?.received(message) }
    func receivedAll() {}
    func becameWritable() { engine?.becameWritable() }
    func serverStops() { engine?.serverStops() }

    func closed() {
        engine?.connectionEnded()
        engine = nil
    }

    func ended(on eventLoop: any EventLoop) {}
}
