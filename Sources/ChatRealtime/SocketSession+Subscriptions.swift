import ChatCore
import NIOCore

/// Following rooms: joining the log and the live events without a hole between, and passing on what is committed.
extension SocketSession {
    func subscribe(
        to room: RoomName, _ start: ClientCommand.Start, _ echo: ClientCommand.Echo
    ) throws(ChatError) {
        guard let context, let id else { return }
        guard subscriptions.count < Self.subscriptionLimit else {
            throw .overloaded("A socket has at most \(Self.subscriptionLimit) subscriptions.")
        }
        if case .after(_, _, let epoch?) = start, epoch != self.epoch {
            throw .resyncRequired(
                "The position in \(room) is of another database, perhaps of before a restore.", "epoch")
        }
        commandBegan()
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
        defer {
            commandEnded()
            flush()
        }
        // It was unsubscribed, or subscribed anew, before the log answered.
        guard let waiting = subscriptions[room], waiting.number == number else { return abandoned(room, echo) }
        do {
            let page = try result.get()
            var subscription = try Subscription(number, start, page, head: waiting.head)
            let gap = subscription.skip().map { Gap(room: room, from: $0.lowerBound, to: $0.upperBound) }
            write(.subscribed(page, after: subscription.sent, gap: gap, ref: echo.ref))
            subscriptions[room] = subscription
            pageArrived(room, number, page)
        } catch {
            subscriptions[room] = nil
            shard?.unsubscribe(id, from: room)
            refuse(ChatError(access: error), echo)
        }
    }

    private func abandoned(_ room: RoomName, _ echo: ClientCommand.Echo) {
        refuse(ChatError(.notSubscribed, "A later command for \(room) overtook this one.", field: "room"), echo)
    }

    private func pageArrived(_ room: RoomName, _ number: Int, _ page: Page) {
        guard let context, var subscription = subscriptions[room], subscription.number == number else { return }
        let isWritable = context.channel.isWritable
        if isWritable { write(page.events.drop { $0.seq <= subscription.sent }) }
        let action = subscription.pageWritten(
            upTo: isWritable ? page.events.last?.seq : nil, head: page.head, isWritable: context.channel.isWritable)
        subscriptions[room] = subscription
        if action == .read { readOn(room) }
    }

    private func write(_ events: some Sequence<Event>) {
        var frames = ByteBuffer()
        for event in events { ServerFrame.event(event).write(to: &frames) }
        if frames.readableBytes > 0 { write(frames) }
    }

    private func readOn(_ room: RoomName) {
        guard let context, let subscription = subscriptions[room] else { return }
        let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
        environment.rooms.page(room, .after(subscription.sent), PageRange.limit, account.id, context.eventLoop)
            .whenComplete { result in bound.value.continued(room, subscription.number, result) }
    }

    private func continued(_ room: RoomName, _ number: Int, _ result: Result<Page, any Error>) {
        guard subscriptions[room]?.number == number else { return }
        switch result {
        case .success(let page): pageArrived(room, number, page)
        case .failure(let error) where ChatError(access: error).code == .notAMember: evict(from: room)
        case .failure: retry(room, number)
        }
        flush()
    }

    /// The log cannot be read just now. The subscription stays as it is and tries again.
    private func retry(_ room: RoomName, _ number: Int) {
        guard let context else { return }
        let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
        context.eventLoop.scheduleTask(in: .milliseconds(.random(in: 500...1500))) {
            guard bound.value.subscriptions[room]?.number == number else { return }
            bound.value.readOn(room)
        }
    }

    /// The socket takes more again: whoever was paused goes on, and is told of what is too much to stream.
    func resume() {
        for room in Array(subscriptions.keys) {
            guard let (skipped, action) = subscriptions[room]?.becameWritable() else { continue }
            if let skipped { write(.behind(Gap(room: room, from: skipped.lowerBound, to: skipped.upperBound))) }
            if action == .read { readOn(room) }
        }
        for request in deferred.take() { read(again: request) }
        flush()
    }

    // MARK: - From the shard

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
}

extension Subscription {
    /// A subscription whose first page has come.
    /// - Throws: `resync_required` if the client is ahead of the room.
    fileprivate init(
        _ number: Int, _ start: ClientCommand.Start, _ page: Page, head: Int64
    ) throws(ChatError) {
        switch start {
        case .after(let position, let limit, _):
            guard position <= page.head else {
                throw .resyncRequired(
                    "\(page.room) has only \(page.head) events, the position is \(position).", "after")
            }
            self.init(number, startingAfter: position, head: max(page.head, head), limit: limit)
        case .last:
            let first = page.events.first.map { $0.seq - 1 } ?? page.head
            self.init(number, startingAfter: first, head: max(page.head, head))
        }
    }
}

extension ChatError {
    fileprivate static func resyncRequired(_ why: String, _ field: String) -> ChatError {
        ChatError(
            .resyncRequired, "\(why) Forget the positions that you have stored and subscribe without after.",
            field: field)
    }

    /// What ``RoomAccess`` fails with.
    init(access error: any Error) {
        self =
            error as? ChatError ?? ChatError(.internalError, "Something went wrong in the server; its log says what.")
    }
}

extension ClientCommand.Start {
    fileprivate var position: Int64? {
        if case .after(let seq, _, _) = self { seq } else { nil }
    }

    fileprivate var range: PageRange {
        if case .after(let seq, _, _) = self { .after(seq) } else { .newest }
    }

    fileprivate var count: Int {
        if case .last(let count) = self { count } else { PageRange.limit }
    }
}

extension Array {
    /// All elements; none are left.
    fileprivate mutating func take() -> [Element] {
        defer { self = [] }
        return self
    }
}
