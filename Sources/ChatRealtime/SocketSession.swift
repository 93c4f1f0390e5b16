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
    private static let subscriptionLimit = 500
    /// Commands that could not be understood, before the socket is closed.
    private static let errorLimit = 1000

    let sessionID: SessionID
    let account: Account
    private let environment: Environment
    private let greeting: Greeting
    private var context: ChannelHandlerContext?
    private var shard: Shard?
    private var id: SocketID?
    private var subscriptions: [RoomName: Subscription] = [:]
    private var lastSubscription = 0
    private var pending = 0
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

    private func refuse(_ error: ChatError, _ echo: ClientCommand.Echo) {
        errors += 1
        guard errors <= Self.errorLimit else { return close(.tooManyErrors, "too many commands were refused") }
        write(.error(error, echo))
    }

    // MARK: - Subscriptions

    private func subscribe(
        to room: RoomName, _ start: ClientCommand.Start, _ echo: ClientCommand.Echo
    ) throws(ChatError) {
        guard let context, let id else { return }
        guard subscriptions.count < Self.subscriptionLimit else {
            throw .overloaded("A socket has at most \(Self.subscriptionLimit) subscriptions.")
        }
        pending += 1
        // Live events count from now on; the log is read after that, so nothing falls between.
        lastSubscription += 1
        let number = lastSubscription
        subscriptions[room] = Subscription(number, startingAfter: start.position ?? 0, head: 0)
        shard?.subscribe(id, to: room)
        let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
        environment.rooms.page(room, start.range, start.count, account.id, context.eventLoop).whenComplete { result in
            bound.value.opened(room, number, start, echo, result)
        }
    }

    private func opened(
        _ room: RoomName, _ number: Int, _ start: ClientCommand.Start, _ echo: ClientCommand.Echo,
        _ result: Result<Page, any Error>
    ) {
        guard let id else { return }
        commandEnded()
        defer { flush() }
        // It was unsubscribed, or subscribed anew, before the log answered.
        guard let waiting = subscriptions[room], waiting.number == number else { return abandoned(room, echo) }
        do {
            let page = try result.get()
            if let position = start.position, position > page.head {
                throw ChatError(
                    .positionAhead,
                    "\(room) has only \(page.head) events: the position \(position) is from another database. Subscribe without after.",
                    field: "after")
            }
            let after = start.position ?? page.events.first.map { $0.seq - 1 } ?? page.head
            write(.subscribed(page, after: after, ref: echo.ref))
            subscriptions[room] = Subscription(number, startingAfter: after, head: max(page.head, waiting.head))
            pageArrived(room, number, page)
        } catch {
            subscriptions[room] = nil
            shard?.unsubscribe(id, from: room)
            refuse(error as? ChatError ?? ChatError(.internalError, "Something went wrong in the server."), echo)
        }
    }

    private func abandoned(_ room: RoomName, _ echo: ClientCommand.Echo) {
        refuse(ChatError(.notSubscribed, "A later command for \(room) overtook this one.", field: "room"), echo)
    }

    private func pageArrived(_ room: RoomName, _ number: Int, _ page: Page) {
        guard let context, var subscription = subscriptions[room], subscription.number == number else { return }
        var frames = ByteBuffer()
        for event in page.events where event.seq > subscription.sent { ServerFrame.event(event).write(to: &frames) }
        if frames.readableBytes > 0 { write(frames) }
        let action = subscription.pageWritten(
            upTo: page.events.last?.seq, head: page.head, isWritable: context.channel.isWritable)
        subscriptions[room] = subscription
        if action == .read { readOn(room) }
    }

    private func readOn(_ room: RoomName) {
        guard let context, let subscription = subscriptions[room] else { return }
        let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
        environment.rooms.page(room, .after(subscription.sent), PageRange.limit, account.id, context.eventLoop)
            .whenComplete { result in bound.value.continued(room, subscription.number, result) }
    }

    private func continued(_ room: RoomName, _ number: Int, _ result: Result<Page, any Error>) {
        switch result {
        case .success(let page): pageArrived(room, number, page)
        case .failure(let error):
            // The client knows its position and comes back with it.
            close(.internalError, (error as? ChatError)?.code.rawValue ?? "internal_error")
        }
        flush()
    }

    // MARK: - From the shard

    /// The answer to a `send`.
    func answered(_ frame: ByteBuffer) {
        write(frame)
        commandEnded()
    }

    private func commandEnded() {
        pending -= 1
        readIfAllowed()
    }

    /// Events were committed in a subscribed room.
    func deliver(_ run: Broadcast.Run) {
        guard let context else { return }
        switch subscriptions[run.room]?.committed(
            first: run.first, last: run.last, isWritable: context.channel.isWritable)
        {
        case .deliver:
            write(run.frames(above: subscriptions[run.room]?.sent ?? 0))
            subscriptions[run.room]?.delivered(upTo: run.last)
        case .read: readOn(run.room)
        case .nothing, nil: break
        }
    }

    /// A subscribed room may have come further than was announced.
    func catchUp(_ room: RoomName, to head: Int64) {
        guard let context else { return }
        // As if the newest event alone had been announced: what lies before it is read from the log.
        let action = subscriptions[room]?.committed(
            first: .max, last: head, isWritable: context.channel.isWritable)
        if action == .read { readOn(room) }
    }

    /// The account has left the room.
    func evict(from room: RoomName) {
        guard let id, subscriptions.removeValue(forKey: room) != nil else { return }
        shard?.unsubscribe(id, from: room)
        write(.unsubscribed(room, reason: "left", ref: nil))
    }

    func flush() { context?.flush() }

    private func write(_ frame: ServerFrame) { write(frame.bytes) }

    private func write(_ frames: ByteBuffer) {
        context?.write(Self.wrapOutboundOut(frames), promise: nil)
    }
}

extension ClientCommand.Start {
    fileprivate var position: Int64? {
        if case .after(let seq) = self { seq } else { nil }
    }

    fileprivate var range: PageRange {
        if case .after(let seq) = self { .after(seq) } else { .newest }
    }

    fileprivate var count: Int {
        if case .last(let count) = self { count } else { PageRange.limit }
    }
}
