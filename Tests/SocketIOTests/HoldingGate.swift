import NIOCore

@testable import SocketIO

/// Keeps everybody at the door, until a test says what becomes of them. A test is one thread.
final class HoldingGate: SocketIOGate, @unchecked Sendable {
    private(set) var handlers: [HoldingHandler] = []

    func enter(_ socket: NamespaceSocket, auth: ByteBuffer?) -> any NamespaceHandler { add(socket) }

    fileprivate func add(_ socket: NamespaceSocket) -> HoldingHandler {
        let handler = HoldingHandler(socket, self)
        handlers.append(handler)
        return handler
    }
}

final class HoldingHandler: NamespaceHandler {
    private let socket: NamespaceSocket
    private let gate: HoldingGate
    private(set) var isStopping = false
    private(set) var hasEnded = false

    init(_ socket: NamespaceSocket, _ gate: HoldingGate) {
        self.socket = socket
        self.gate = gate
    }

    var mayReceive: Bool { true }
    var isIdle: Bool { true }

    func accepts() { socket.accept(sid: "s", pid: nil) }
    func finishes() { socket.finish() }
    func disconnects() { socket.disconnect() }

    func received(_ message: SocketIOAssembler.Message) {}
    func becameWritable() {}
    func serverStops() { isStopping = true }
    func continuation() -> @Sendable (NamespaceSocket) -> any NamespaceHandler { { [gate] in gate.add($0) } }
    func closed(on eventLoop: any EventLoop) { hasEnded = true }
}
