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
    static let subscriptionLimit = 500
    /// Commands that could not be understood, before the socket is closed.
    private static let errorLimit = 1000

    let sessionID: SessionID
    let account: Account
    let environment: Environment
    private let greeting: Greeting
    var context: ChannelHandlerContext?
    var shard: Shard?
    var id: SocketID?
    var subscriptions: [RoomName: Subscription] = [:]
    var lastSubscription = 0
    var pending = 0
    private var errors = 0
    private var wantsRead = false
    private var heartbeat = Heartbeat()
    private var beats: RepeatedTask?

    package init(_ session: Session, greeting: Greeting, environment: Environment) {
        self.sessionID = session.id
        self.account = session.account
        self.greeting = greeting
        self.environment = environment
    }

    // MARK: - The connection

    package func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        shard = environment.hub.shard(on: context.eventLoop)
        id = shard?.add(self)
        let seconds = Int(environment.heartbeat.nanoseconds / 1_000_000_000)
        write(
            .hello(
                greeting, server: environment.serverVersion, heartbeatSeconds: seconds,
                messageBytes: environment.messageBytes))
        flush()
        let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
        beats = context.eventLoop.scheduleRepeatedTask(
            initialDelay: environment.heartbeat, delay: environment.heartbeat
        ) { _ in
            bound.value.beat()
        }
    }

    package func handlerRemoved(context: ChannelHandlerContext) { leave() }

    package func channelInactive(context: ChannelHandlerContext) {
        leave()
        context.fireChannelInactive()
    }

    private func leave() {
        if let id { shard?.remove(id, from: subscriptions.keys) }
        beats?.cancel()
        (context, shard, id, beats) = (nil, nil, nil, nil)
        subscriptions = [:]
    }

    /// A client that does not read what it is sent, or asks faster than the database answers, is not read from: neither
    /// its commands nor their answers can pile up here.
    package func read(context: ChannelHandlerContext) {
        wantsRead = true
        readIfAllowed()
    }

    private func readIfAllowed() {
        guard let context, wantsRead, context.channel.isWritable, pending < Self.pendingLimit else { return }
        wantsRead = false
        context.read()
    }

    package func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable {
            for room in subscriptions.keys where subscriptions[room]?.becameWritable() == .read { readOn(room) }
            readIfAllowed()
        }
        context.fireChannelWritabilityChanged()
    }

    private func beat() {
        guard let context else { return }
        guard heartbeat.tick(isWritable: context.channel.isWritable) == .beat else {
            close(.timedOut, "no answer to pings, or nothing was read")
            return
        }
        guard context.channel.isWritable else { return }
        let heads = subscriptions.map { ($0.key, $0.value.head) }.sorted { $0.0.description < $1.0.description }
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
        leave()
        context.triggerUserOutboundEvent(request, promise: nil)
    }

    // MARK: - Commands

    package func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard id != nil else { return }
        heartbeat.heard()
        guard case .text(let payload) = Self.unwrapInboundIn(data) else {
            return close(.unacceptableData, "this door speaks JSON in text frames")
        }
        let (command, echo) = ClientCommand.decode(payload)
        do throws(ChatError) {
            try perform(command.get(), echo)
        } catch {
            refuse(error, echo)
        }
    }

    package func channelReadComplete(context: ChannelHandlerContext) {
        heartbeat.heard()
        flush()
        context.fireChannelReadComplete()
    }

    private func perform(_ command: ClientCommand, _ echo: ClientCommand.Echo) throws(ChatError) {
        switch command {
        case .send(let room, let clientID, let body): try send(room, clientID, body, echo.ref)
        case .subscribe(let room, let start): try subscribe(to: room, start, echo)
        case .unsubscribe(let room):
            guard subscriptions.removeValue(forKey: room) != nil, let id else {
                throw ChatError(.notSubscribed, "This socket is not subscribed to \(room).", field: "room")
            }
            shard?.unsubscribe(id, from: room)
            write(.unsubscribed(room, reason: "requested", ref: echo.ref))
        }
    }

    private func send(_ room: RoomName, _ clientID: ClientID, _ body: MessageBody, _ ref: String?) throws(ChatError) {
        guard let id else { return }
        let draft = Draft(room: room, author: account, content: .message(clientID, body))
        try environment.rooms.submit(draft, .socket(id, ref: ref))
        pending += 1
    }

    func refuse(_ error: ChatError, _ echo: ClientCommand.Echo) {
        errors += 1
        guard errors <= Self.errorLimit else { return close(.tooManyErrors, "too many commands were refused") }
        write(.error(error, echo))
    }

    /// The answer to a `send`.
    func answered(_ frame: ByteBuffer) {
        write(frame)
        commandEnded()
    }

    /// A command that waited for the database has its answer.
    func commandEnded() {
        pending -= 1
        readIfAllowed()
    }

    func flush() { context?.flush() }

    func write(_ frame: ServerFrame) { write(frame.bytes) }

    func write(_ frames: ByteBuffer) {
        context?.write(Self.wrapOutboundOut(frames), promise: nil)
    }
}
