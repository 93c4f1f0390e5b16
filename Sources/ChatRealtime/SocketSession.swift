package import ChatCore
package import NIOCore
import NIOWebSocket

/// One live connection on the native door: commands in, frames out. Confined to its event loop.
package final class SocketSession: ChannelDuplexHandler {
    package typealias InboundIn = WebSocketMessage
    package typealias OutboundIn = Never
    package typealias OutboundOut = ByteBuffer

    /// What all sockets share.
    package struct Environment: Sendable {
        let hub: Hub
        let rooms: RoomAccess
        let serverVersion: String
        let heartbeat: TimeAmount
        let messageBytes: Int

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
    /// Bytes that wait for a client to read them. Above that nothing more is written; the log is the buffer.
    private static let byteBudget = 1_048_576
    /// How long a client may leave its budget full.
    private static let drainTimeout = TimeAmount.seconds(30)
    /// How long commands in flight may take when the server stops.
    private static let stopTimeout = TimeAmount.seconds(5)
    static let subscriptionLimit = 500

    let sessionID: SessionID
    let account: Account
    let environment: Environment
    /// Which database the client's positions have to be from.
    let epoch: String
    /// Until it has been said.
    private var greeting: Greeting?
    var context: ChannelHandlerContext?
    var shard: Shard?
    var id: SocketID?
    var subscribers: [RoomName: Subscriber] = [:]
    /// The rooms that the account is a member of, as far as this socket has learned, and their heads of then.
    var knownHeads: [RoomName: Int64]
    /// Pages that were asked for and did not fit; they are read again when they do.
    var deferred: [HistoryRequest] = []
    /// Commands that wait for the database.
    var pending = 0
    /// Commands that were refused.
    var errors = 0
    private var wantsRead = false
    /// The server stops: no more commands are taken.
    private(set) var isStopping = false
    /// Subscribers that get their events at the socket's next turn.
    private var due: [Subscriber] = []
    /// Whether the client takes more right now. The channel would say the same, at a price for each delivery.
    private(set) var isWritable = true
    private var outgoing = FrameJoiner()
    var heartbeat = Heartbeat()
    private var beats: RepeatedTask?
    private var drainDeadline: Scheduled<Void>?

    package init(_ session: Session, greeting: Greeting, environment: Environment) {
        self.sessionID = session.id
        self.account = session.account
        self.epoch = greeting.epoch
        self.greeting = greeting
        self.knownHeads = Dictionary(greeting.rooms.map { ($0.name, $0.head) }) { $1 }
        self.environment = environment
    }

    // MARK: - The connection

    package func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        shard = environment.hub.shard(on: context.eventLoop)
        id = shard?.add(self)
        _ = context.channel.setOption(
            .writeBufferWaterMark, value: .init(low: Self.byteBudget / 4, high: Self.byteBudget))
        sayHello()
        flush()
        let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
        beats = context.eventLoop.scheduleRepeatedTask(
            initialDelay: environment.heartbeat, delay: environment.heartbeat
        ) { _ in
            bound.value.beat()
        }
    }

    private func sayHello() {
        guard let greeting else { return }
        self.greeting = nil
        let seconds = Int(environment.heartbeat.nanoseconds / 1_000_000_000)
        write(
            .hello(
                greeting, server: environment.serverVersion, heartbeatSeconds: seconds,
                messageBytes: environment.messageBytes))
    }

    package func handlerRemoved(context: ChannelHandlerContext) { leave() }

    package func channelInactive(context: ChannelHandlerContext) {
        leave()
        context.fireChannelInactive()
    }

    private func leave() {
        if let id { shard?.remove(id) }
        for subscriber in subscribers.values { shard?.remove(subscriber) }
        beats?.cancel()
        drainDeadline?.cancel()
        (context, shard, id, beats, drainDeadline) = (nil, nil, nil, nil, nil)
        subscribers = [:]
        due = []
        deferred = []
        outgoing = FrameJoiner()
    }

    /// A client that does not read what it is sent, or asks faster than the database answers, is not read from: neither
    /// its commands nor their answers can pile up here.
    package func read(context: ChannelHandlerContext) {
        // Who has said goodbye only waits for the other's.
        guard self.context != nil else { return context.read() }
        wantsRead = true
        readIfAllowed()
    }

    /// Lets the client be heard, unless there is a reason not to.
    func readIfAllowed() {
        guard let context, wantsRead, !isStopping, isWritable, pending < Self.pendingLimit else {
            return
        }
        wantsRead = false
        context.read()
    }

    package func channelWritabilityChanged(context: ChannelHandlerContext) {
        isWritable = context.channel.isWritable
        if isWritable {
            drainDeadline?.cancel()
            drainDeadline = nil
            resume()
            readIfAllowed()
        } else {
            let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
            drainDeadline = context.eventLoop.scheduleTask(in: Self.drainTimeout) {
                bound.value.close(.timedOut, "nothing was read for 30 s")
            }
        }
        context.fireChannelWritabilityChanged()
    }

    /// Lets commands in flight be answered, takes no more of them, and then closes.
    package func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard event is ChannelShouldQuiesceEvent else { return context.fireUserInboundEventTriggered(event) }
        isStopping = true
        let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
        context.eventLoop.scheduleTask(in: Self.stopTimeout) { bound.value.comeBackLater() }
        if pending == 0 { comeBackLater() }
    }

    /// The more sockets come back, the longer the time over which they do.
    func comeBackLater() {
        let spread = max(2000, environment.hub.shardCount * (shard?.count ?? 0))
        close(.serviceRestart, #"{"retryAfterMs":\#(Int.random(in: 0...spread))}"#)
    }

    private func beat() {
        guard context != nil else { return }
        guard heartbeat.tick() == .beat else { return close(.timedOut, "no answer to pings") }
        guard isWritable else { return }
        let heads = subscribers.map { ($0.key, $0.value.subscription.head) }.sorted {
            $0.0.description < $1.0.description
        }
        write(.heartbeat(at: .now, heads: heads))
        var ping = ByteBuffer()
        ping.writeServerFrame(.ping, payload: [])
        write(ping)
        flush()
    }

    /// Says why, and closes.
    func close(_ code: CloseCode, _ reason: String) {
        guard let context else { return }
        let request = MessageHandler.CloseRequest(code, reason)
        flush()
        leave()
        context.triggerUserOutboundEvent(request, promise: nil)
        context.read()
    }

    // MARK: - Writing

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
        guard !due.isEmpty || !outgoing.isEmpty else { return false }
        for subscriber in due { subscriber.serve() }
        due.removeAll(keepingCapacity: true)
        flush()
        return true
    }

    func flush() {
        guard let frames = outgoing.take() else { return context?.flush() ?? () }
        context?.writeAndFlush(Self.wrapOutboundOut(frames), promise: nil)
    }

    func write(_ frame: ServerFrame) { write(frame.bytes) }

    /// The frames go out with the next ``flush()``.
    func write(_ frames: ByteBuffer) {
        guard let full = outgoing.add(frames) else { return }
        context?.write(Self.wrapOutboundOut(full), promise: nil)
    }
}
