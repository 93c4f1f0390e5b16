package import NIOCore

/// One client's Socket.IO: the namespaces of an Engine.IO session.
package final class SocketIOConnection: EngineSession {
    /// Namespaces of one client.
    private static let namespaceLimit = 100

    private let gate: any SocketIOGate
    private let connectTimeout: TimeAmount
    private(set) var engine: EngineSocket?
    private var assembler: SocketIOAssembler
    private var handlers: [String: any NamespaceHandler] = [:]
    /// Those of another loop that go on here.
    private var continuations: [(name: String, make: @Sendable (NamespaceSocket) -> any NamespaceHandler)]
    private var timer: Scheduled<Void>?
    /// It was in a namespace, and may be in none from then on.
    private var hasEntered = false
    private var isStopping = false
    /// Namespaces that have finished since the server stops.
    private var finished: Set<String> = []
    /// After the client was sent away. By then one of long-polling has heard of it, and most have closed by themselves.
    private static let farewell = TimeAmount.milliseconds(500)

    /// - Parameter connectTimeout: how long a client may be in no namespace at first.
    package init(_ gate: any SocketIOGate, connectTimeout: TimeAmount = .seconds(45)) {
        self.gate = gate
        self.connectTimeout = connectTimeout
        self.assembler = SocketIOAssembler()
        self.continuations = []
    }

    private init(
        _ gate: any SocketIOGate, _ connectTimeout: TimeAmount, _ assembler: SocketIOAssembler,
        _ continuations: [(name: String, make: @Sendable (NamespaceSocket) -> any NamespaceHandler)], hasEntered: Bool
    ) {
        self.gate = gate
        self.connectTimeout = connectTimeout
        self.assembler = assembler
        self.continuations = continuations
        self.hasEntered = hasEntered
    }

    /// One namespace that takes no more stops them all: their messages come in one order.
    package var mayReceive: Bool { handlers.values.allSatisfy { $0.mayReceive } }
    package var isIdle: Bool { handlers.values.allSatisfy { $0.isIdle } }

    /// A client that enters no namespace in time loses its connection.
    package func opened(_ socket: EngineSocket) {
        engine = socket
        for (name, make) in continuations { handlers[name] = make(NamespaceSocket(name, of: self)) }
        continuations = []
        if !hasEntered { closeUnlessEntered(in: connectTimeout, socket.eventLoop) }
    }

    /// A namespace has let the client in.
    func entered() {
        hasEntered = true
        timer?.cancel()
    }

    private func closeUnlessEntered(in time: TimeAmount, _ eventLoop: any EventLoop) {
        timer?.cancel()
        let bound = NIOLoopBound(self, eventLoop: eventLoop)
        timer = eventLoop.scheduleTask(in: time) {
            if bound.value.handlers.isEmpty { bound.value.engine?.close() }
        }
    }

    /// What is no packet, or does not fit, ends the connection.
    package func received(_ message: EngineMessage) {
        do throws(SocketIOFault) {
            switch message {
            case .text(let text): if let whole = try assembler.receive(text: text) { try take(whole) }
            case .binary(let bytes): if let whole = try assembler.receive(binary: bytes) { try take(whole) }
            }
        } catch {
            // The reference says nothing either: there is no packet for it.
            engine?.close()
        }
    }

    private func take(_ message: SocketIOAssembler.Message) throws(SocketIOFault) {
        let packet = message.packet
        switch (packet.kind, handlers[packet.namespace]) {
        case (.connect, nil): try connect(packet)
        case (.disconnect, .some): left(packet.namespace)
        case (.event, let handler?), (.binaryEvent, let handler?), (.ack, let handler?), (.binaryAck, let handler?):
            handler.received(message)
        default:
            throw SocketIOFault("The packet does not fit the state of its namespace. CONNECT comes first, and once.")
        }
    }

    private func connect(_ packet: SocketIOPacket) throws(SocketIOFault) {
        guard handlers.count < Self.namespaceLimit else {
            throw SocketIOFault("There are too many namespaces. Use at most \(Self.namespaceLimit) at a time.")
        }
        let socket = NamespaceSocket(packet.namespace, of: self)
        let handler = gate.enter(socket, auth: packet.payload)
        // It may have been refused at once.
        if !socket.hasLeft { handlers[packet.namespace] = handler }
        if isStopping { handler.serverStops() }
        engine?.flush()
    }

    /// A namespace is over.
    func left(_ name: String) {
        guard let handler = handlers.removeValue(forKey: name), let engine else { return }
        handler.closed(on: engine.eventLoop)
        // Perhaps it was the last that something was waited for.
        engine.readIfAllowed()
        closeIfFinished()
    }

    /// The client was sent away from a namespace: if it is in no other one by then, the connection ends in a moment.
    func closeIfEmpty() {
        guard handlers.isEmpty, let engine else { return }
        closeUnlessEntered(in: Self.farewell, engine.eventLoop)
    }

    package func becameWritable() {
        for handler in handlers.values { handler.becameWritable() }
    }

    /// Closes as soon as every namespace has finished.
    package func serverStops() {
        isStopping = true
        closeIfFinished()
        for handler in handlers.values { handler.serverStops() }
    }

    func finished(_ name: String) {
        finished.insert(name)
        closeIfFinished()
    }

    /// None is cut off while it waits for an answer.
    private func closeIfFinished() {
        if isStopping, finished.isSuperset(of: handlers.keys) { engine?.closeWhenFetched() }
    }

    package func continuation() -> @Sendable () -> any EngineSession {
        let continuations = handlers.map { (name: $0.key, make: $0.value.continuation()) }
        return { [gate, connectTimeout, assembler, hasEntered] in
            SocketIOConnection(gate, connectTimeout, assembler, continuations, hasEntered: hasEntered)
        }
    }

    package func closed(on eventLoop: any EventLoop) {
        timer?.cancel()
        (timer, engine) = (nil, nil)
        let all = handlers.values
        handlers = [:]
        for handler in all { handler.closed(on: eventLoop) }
    }
}
