package import ChatCore
package import NIOCore

/// What a socket says and hears, whatever its door: commands in, answers and events out. Confined to its event loop.
package final class SocketSession {
    /// What all sockets share.
    package struct Environment: Sendable {
        let hub: Hub
        /// What sessions ask the rest of the server for.
        package let rooms: RoomAccess
        let serverVersion: String
        let heartbeat: TimeAmount
        let messageBytes: Int

        /// - Parameters:
        ///   - serverVersion: told in `hello`.
        ///   - heartbeat: how often a socket is told the heads of its rooms and asked for a sign of life.
        ///   - messageBytes: told in `hello`; ``FrameAssembler/Limits`` is what enforces it.
        package init(hub: Hub, rooms: RoomAccess, serverVersion: String, heartbeat: TimeAmount, messageBytes: Int) {
            self.hub = hub
            self.rooms = rooms
            self.serverVersion = serverVersion
            self.heartbeat = heartbeat
            self.messageBytes = messageBytes
        }
    }

    /// Commands that may wait for the database before no more are read from the socket.
    private static let pendingLimit = 256
    /// How long commands in flight may take when the server stops.
    private static let stopTimeout = TimeAmount.seconds(5)
    static let subscriptionLimit = 500

    /// Replaced by another log-in of the same account when the client says so.
    package private(set) var session: Session
    /// Whose session it is; stays the same when the session is replaced.
    package var account: Account { session.account }
    /// The same for all sockets.
    package let environment: Environment
    /// What the door speaks.
    package let dialect: Dialect
    /// Which database the client's positions have to be from.
    let epoch: String
    /// Until it has been said.
    private var greeting: Greeting?
    /// `nil` before the socket is open and after it is closed, as ``shard`` and ``id``.
    private(set) var socket: (any SocketConnection)?
    private(set) var shard: Shard?
    private(set) var id: SocketID?
    var subscribers: [RoomName: Subscriber] = [:]
    /// Subscribers that get their events at the socket's next turn.
    private var due: [Subscriber] = []
    /// The rooms that the account is a member of, as far as this socket has learned, and their heads of then.
    var knownHeads: [RoomName: Int64]
    /// How often a membership was doubted or has ended: what was read before proves none.
    var doubts: UInt64 = 0
    /// Pages that were asked for and did not fit; they are read again when they do.
    var deferred: [HistoryRequest] = []
    /// Commands that wait for the database.
    var pending = 0
    /// Commands that were refused.
    var errors = 0
    /// The server stops: no more commands are taken.
    private(set) var isStopping = false
    var heartbeat = Heartbeat()
    private var isExpiryNear = false

    /// - Parameters:
    ///   - greeting: read for this socket; said when it opens, and the start of what it knows of its rooms.
    ///   - dialect: in which it is told all that others are told too.
    package init(
        _ session: Session, greeting: Greeting, environment: Environment, dialect: Dialect = .native
    ) {
        self.session = session
        self.epoch = greeting.epoch
        self.greeting = greeting
        self.knownHeads = Dictionary(greeting.rooms.map { ($0.name, $0.head) }) { $1 }
        self.environment = environment
        self.dialect = dialect
    }

    /// What goes on with the client on another event loop.
    package struct Continuation: Sendable {
        fileprivate let session: Session
        fileprivate let epoch: String
        fileprivate let knownHeads: [RoomName: Int64]
        /// The client has got everything up to here, or it is on its way.
        package let position: Int64
    }

    /// `nil` if the room is not followed.
    package func continuation(in room: RoomName) -> Continuation? {
        subscribers[room].map {
            Continuation(session: session, epoch: epoch, knownHeads: knownHeads, position: $0.subscription.sent)
        }
    }

    /// Says nothing when it opens.
    package init(_ continuation: Continuation, environment: Environment, dialect: Dialect) {
        self.session = continuation.session
        self.epoch = continuation.epoch
        self.knownHeads = continuation.knownHeads
        self.environment = environment
        self.dialect = dialect
    }

    private func sayHello() {
        guard let greeting else { return }
        self.greeting = nil
        let seconds = Int(environment.heartbeat.nanoseconds / 1_000_000_000)
        write(
            .hello(
                greeting, session, server: environment.serverVersion, heartbeatSeconds: seconds,
                messageBytes: environment.messageBytes))
    }

    /// The more sockets come back, the longer the time over which they do.
    func comeBackLater() {
        let spread = max(2000, environment.hub.shardCount * (shard?.count ?? 0))
        socket?.close(.serviceRestart, #"{"retryAfterMs":\#(Int.random(in: 0...spread))}"#)
    }

    /// An interval of the heartbeat has passed.
    func beat() {
        guard let socket, heartbeat.tick() == .beat else { return close(.timedOut, "no answer to pings") }
        watchExpiry()
        guard isWritable else { return }
        // Of a subscription whose first page is still being read, what the socket was greeted with.
        let heads = subscribers.map { ($0.key, max($0.value.subscription.head, knownHeads[$0.key] ?? 0)) }.sorted {
            $0.0.description < $1.0.description
        }
        write(.heartbeat(at: .now, heads: heads))
        socket.ping()
        flush()
    }

    /// The session may not be used any more.
    func sessionEnded() { close(.sessionEnded, "the session has ended") }

    /// Another log-in of the same account carries the socket on.
    func goOn(with session: Session) {
        self.session = session
        isExpiryNear = false
        watchExpiry()
    }

    /// The last interval of a session's life is announced, and only it has a timer: most sockets close long before.
    private func watchExpiry() {
        guard let eventLoop = socket?.eventLoop, !isExpiryNear else { return }
        let day: Int64 = 86_400_000_000
        let left = TimeAmount.microseconds(min(day, session.expiresAt.microseconds - Timestamp.now.microseconds))
        guard left < environment.heartbeat + environment.heartbeat else { return }
        isExpiryNear = true
        write(.expiring(at: session.expiresAt))
        let bound = NIOLoopBound((self, session.id), eventLoop: eventLoop)
        eventLoop.scheduleTask(in: max(left, .zero)) {
            let (socket, session) = bound.value
            if socket.session.id == session { socket.sessionEnded() }
        }
    }

    /// Says why, and closes.
    func close(_ code: CloseCode, _ reason: String) { socket?.close(code, reason) }

    // MARK: - Writing

    /// Whether the client takes more right now.
    var isWritable: Bool { socket?.isWritable ?? false }

    /// A room has events for a subscriber.
    /// - Returns: whether that is the first since the socket's last turn.
    func becomesDue(_ subscriber: Subscriber) -> Bool {
        due.append(subscriber)
        return due.count == 1
    }

    /// The socket's turn: it gets what its rooms have got, in one piece with what waits for a flush.
    /// - Returns: whether there was anything.
    @discardableResult
    func serve() -> Bool {
        guard let socket, !due.isEmpty || socket.hasOutgoing else { return false }
        for subscriber in due { subscriber.serve() }
        due.removeAll(keepingCapacity: true)
        socket.flush()
        return true
    }

    func flush() { socket?.flush() }

    func write(_ frame: ServerFrame) { socket?.say(frame) }

    /// The frames go out with the next ``flush()``.
    func write(_ frames: ByteBuffer) { socket?.write(frames) }
}

extension SocketSession: WebSocketSession {
    /// Nothing waits for the database.
    package var isIdle: Bool { pending == 0 }

    /// Who asks faster than the database answers is not read from.
    package var mayReceive: Bool { !isStopping && pending < Self.pendingLimit }

    package func opened(_ socket: WebSocket) { open(on: socket) }

    /// From now on it is told what happens.
    package func open(on socket: any SocketConnection) {
        self.socket = socket
        shard = socket.eventLoop.flatMap { environment.hub.shard(on: $0) }
        id = shard?.add(self)
        sayHello()
        watchExpiry()
    }

    /// Whatever has come is a sign of life.
    package func receivedAll() { heartbeat.heard() }

    /// Whoever was paused goes on.
    package func becameWritable() { resume() }

    /// Lets commands in flight be answered, takes no more of them, and then closes.
    package func serverStops() {
        guard let eventLoop = socket?.eventLoop else { return }
        isStopping = true
        let bound = NIOLoopBound(self, eventLoop: eventLoop)
        eventLoop.scheduleTask(in: Self.stopTimeout) { bound.value.comeBackLater() }
        if pending == 0 { comeBackLater() }
    }

    package func ended(on eventLoop: any EventLoop) { environment.hub.shard(on: eventLoop)?.connectionEnded() }

    package func closed() {
        if let id { shard?.remove(id) }
        for subscriber in subscribers.values { shard?.remove(subscriber) }
        (socket, shard, id) = (nil, nil, nil)
        subscribers = [:]
        due = []
        deferred = []
    }
}
