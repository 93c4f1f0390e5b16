package import ChatCore
import NIOCore

/// Following rooms: joining the log and the live events without a hole between, and passing on what is committed.
extension SocketSession {
    func subscribe(
        to room: RoomName, _ start: ClientCommand.Start, _ echo: ClientCommand.Echo
    ) throws(ChatError) {
        guard socket != nil else { return }
        guard subscribers.count < Self.subscriptionLimit || subscribers[room] != nil else {
            throw ChatError(
                .tooManySubscriptions,
                "A socket has at most \(Self.subscriptionLimit) subscriptions; unsubscribe from another room first.",
                field: "room")
        }
        if case .after(_, _, let epoch?) = start, epoch != self.epoch {
            throw .resyncRequired(
                "The position in \(room) is of another database, perhaps of before a restore.", "epoch")
        }
        commandBegan()
        // Live events count from now on; the log is read after that, so nothing falls between.
        let subscriber = Subscriber(
            room, self, Subscription(startingAfter: start.position ?? 0, head: 0))
        if let before = subscribers.updateValue(subscriber, forKey: room) { shard?.remove(before) }
        shard?.add(subscriber)
        read(subscriber.stream, start.range, start.count) { session, result in
            session.opened(subscriber, start, echo, result)
        }
    }

    private func opened(
        _ subscriber: Subscriber, _ start: ClientCommand.Start, _ echo: ClientCommand.Echo,
        _ result: Result<EventPage, any Error>
    ) {
        guard id != nil else { return }
        defer {
            commandEnded()
            flush()
        }
        let room = subscriber.room
        // It was unsubscribed, or subscribed anew, before the log answered.
        guard subscribers[room] === subscriber else { return abandoned(room, echo) }
        do {
            let page = try result.get()
            var subscription = try Subscription(start, room, page, after: subscriber.subscription)
            if subscriber.subscription.isDoubted { _ = subscription.doubt() }
            let gap = subscription.skip().map { Gap(room: room, from: $0.lowerBound, to: $0.upperBound) }
            write(.subscribed(room, page, after: subscription.sent, gap: gap, ref: echo.ref))
            subscriber.subscription = subscription
            pageArrived(subscriber, page)
        } catch {
            subscribers[room] = nil
            shard?.remove(subscriber)
            refuse(ChatError(access: error), echo)
        }
    }

    private func abandoned(_ room: RoomName, _ echo: ClientCommand.Echo) {
        refuse(ChatError(.notSubscribed, "A later command for \(room) overtook this one.", field: "room"), echo)
    }

    private func pageArrived(_ subscriber: Subscriber, _ page: EventPage) {
        // What the socket does not take is not kept: it is read again when it does.
        let wasWritable = isWritable
        let events = page.events
        if wasWritable, events.last > subscriber.subscription.sent {
            write(events.frames(above: subscriber.subscription.sent))
        }
        let action = subscriber.subscription.pageWritten(
            upTo: wasWritable && events.count > 0 ? events.last : nil, head: page.head, isWritable: isWritable)
        handle(action, subscriber)
    }

    private func handle(_ action: Subscription.Action, _ subscriber: Subscriber) {
        switch action {
        case .read: readOn(subscriber)
        case .readLater: retry(subscriber)
        case .nothing, .deliver: break
        }
    }

    /// Reads the next page of the log.
    func readOn(_ subscriber: Subscriber) {
        read(subscriber.stream, .after(subscriber.subscription.sent), PageRange.limit) { session, result in
            session.continued(subscriber, result)
        }
    }

    private func continued(_ subscriber: Subscriber, _ result: Result<EventPage, any Error>) {
        guard subscribers[subscriber.room] === subscriber else { return }
        switch result {
        case .success(let page): pageArrived(subscriber, page)
        case .failure(let error) where ChatError(access: error).code == .notAMember: evict(from: subscriber.room)
        case .failure(let error) where ChatError(access: error).code == .roomNotFound:
            evict(from: subscriber.room, because: "deleted")
        case .failure: retry(subscriber)
        }
        flush()
    }

    /// The log cannot be read just now. The subscription stays as it is and tries again.
    private func retry(_ subscriber: Subscriber) {
        guard let eventLoop = socket?.eventLoop else { return }
        let bound = NIOLoopBound((self, subscriber), eventLoop: eventLoop)
        eventLoop.scheduleTask(in: .milliseconds(.random(in: 500...1500))) {
            let (session, subscriber) = bound.value
            guard session.subscribers[subscriber.room] === subscriber else { return }
            session.readOn(subscriber)
        }
    }

    /// The socket takes more again: whoever was paused goes on, and is told of what is too much to stream.
    func resume() {
        // What comes from memory is written at once, and may fill the socket again.
        for subscriber in subscribers.values where isWritable {
            let (skipped, action) = subscriber.subscription.becameWritable()
            if let skipped {
                write(.behind(Gap(room: subscriber.room, from: skipped.lowerBound, to: skipped.upperBound)))
            }
            handle(action, subscriber)
        }
        for request in deferred.take() { read(again: request) }
        flush()
    }

    /// The account may not be in the room any more: nothing comes from memory, and nothing live, before the log was asked.
    func doubt(_ room: RoomName) {
        knownHeads[room] = nil
        doubts += 1
        guard let subscriber = subscribers[room] else { return }
        handle(subscriber.subscription.doubt(), subscriber)
    }

    /// The account has left the room, or the room is gone.
    func evict(from room: RoomName, because reason: String = "left") {
        knownHeads[room] = nil
        doubts += 1
        guard let subscriber = subscribers.removeValue(forKey: room) else { return }
        shard?.remove(subscriber)
        write(.unsubscribed(room, reason: reason, ref: nil))
    }
}

extension Subscription {
    /// A subscription whose first page has come, in place of the one that waited for it.
    /// - Throws: `resync_required` if the client is ahead of the room.
    fileprivate init(
        _ start: ClientCommand.Start, _ room: RoomName, _ page: EventPage, after waiting: Subscription
    ) throws(ChatError) {
        let head = max(page.head, waiting.head)
        switch start {
        case .after(let position, let limit, _):
            guard position <= page.head else {
                throw .resyncRequired(
                    "\(room) has only \(page.head) events, the position is \(position).", "after")
            }
            self.init(startingAfter: position, head: head, limit: limit)
        case .last:
            self.init(startingAfter: page.events.count > 0 ? page.events.first - 1 : page.head, head: head)
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
    package init(access error: any Error) {
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
