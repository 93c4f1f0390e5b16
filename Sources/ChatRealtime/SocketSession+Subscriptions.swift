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

    func readOn(_ room: RoomName) {
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
