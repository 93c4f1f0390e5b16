package import NIOCore

/// One client's Socket.IO: the namespaces of an Engine.IO session.
package final class SocketIOConnection: EngineSession {
    /// Namespaces of one client.
    private static let namespaceLimit = 100

    private let gate: any SocketIOGate
    private let connectTimeout: TimeAmount
    private(set) var engine: EngineSocket?
    private var assembler: SocketIOAssembler
    /// A namespace that the client is in, or wants into.
    private struct Place {
        let socket: NamespaceSocket
        let handler: any NamespaceHandler
    }

    private var places: [String: Place] = [:]
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
    package var mayReceive: Bool { places.values.allSatisfy { $0.handler.mayReceive } }
    package var isIdle: Bool { places.values.allSatisfy { $0.handler.isIdle } }

    /// A client that enters no namespace in time loses its connection.
    package func opened(_ socket: EngineSocket) {
        engine = socket
        for (name, make) in continuations {
            let socket = NamespaceSocket(name, of: self, isAccepted: true)
            places[name] = Place(socket: socket, handler: make(socket))
        }
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
            let connection = bound.value
            if connection.places.isEmpty {
                connection.engine?.close()
            } else if !connection.hasEntered {
                // It is just being looked at whether it may enter.
                connection.closeUnlessEntered(in: time, eventLoop)
            }
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
        switch (packet.kind, places[packet.namespace]) {
        case (.connect, nil): try connect(packet)
        // As in the reference: who comes and goes without waiting would be looked up again and again.
        case (.disconnect, let place?) where place.socket.isAccepted: left(place.socket)
        case (.event, let place?), (.binaryEvent, let place?), (.ack, let place?), (.binaryAck, let place?):
            place.handler.received(message)
        default:
            throw SocketIOFault("The packet does not fit the state of its namespace. CONNECT comes first, and once.")
        }
    }

    private func connect(_ packet: SocketIOPacket) throws(SocketIOFault) {
        guard places.count < Self.namespaceLimit else {
            throw SocketIOFault("There are too many namespaces. Use at most \(Self.namespaceLimit) at a time.")
        }
        let socket = NamespaceSocket(packet.namespace, of: self)
        let handler = gate.enter(socket, auth: packet.payload)
        // It may have been refused at once.
        if !socket.hasLeft { places[packet.namespace] = Place(socket: socket, handler: handler) }
        if isStopping { handler.serverStops() }
        engine?.flush()
    }

    /// A namespace is over, for whoever was in it: another one of its name may have begun.
    func left(_ socket: NamespaceSocket) {
        guard let place = places[socket.name], place.socket === socket, let engine else { return }
        places[socket.name] = nil
        socket.hasLeft = true
        place.handler.closed(on: engine.eventLoop)
        // Perhaps it was the last that something was waited for.
        engine.readIfAllowed()
        closeIfFinished()
    }

    /// The client was sent away from a namespace: if it is in no other one by then, the connection ends in a moment.
    func closeIfEmpty() {
        guard places.isEmpty, let engine else { return }
        closeUnlessEntered(in: Self.farewell, engine.eventLoop)
    }

    package func becameWritable() {
        for place in places.values { place.handler.becameWritable() }
    }

    /// Closes as soon as every namespace has finished.
    package func serverStops() {
        isStopping = true
        closeIfFinished()
        for place in places.values { place.handler.serverStops() }
    }

    func finished(_ name: String) {
        finished.insert(name)
        closeIfFinished()
    }

    /// None is cut off while it waits for an answer.
    private func closeIfFinished() {
        if isStopping, finished.isSuperset(of: places.keys) { engine?.closeWhenFetched() }
    }

    package func continuation() -> @Sendable () -> any EngineSession {
        let continuations = places.map { (name: $0.key, make: $0.value.handler.continuation()) }
        return { [gate, connectTimeout, assembler, hasEntered] in
            SocketIOConnection(gate, connectTimeout, assembler, continuations, hasEntered: hasEntered)
        }
    }

    package func closed(on eventLoop: any EventLoop) {
        timer?.cancel()
        (timer, engine) = (nil, nil)
        let all = places.values
        places = [:]
        for place in all { place.handler.closed(on: eventLoop) }
    }
}
