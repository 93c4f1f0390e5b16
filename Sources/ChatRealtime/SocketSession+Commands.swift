package import ChatCore
import NIOCore

/// Commands and their answers.
extension SocketSession {
    /// Commands that may be refused before the socket is closed.
    private static let errorLimit = 1000

    /// Takes a text for a command; bytes end the socket with ``CloseCode/unacceptableData``.
    package func received(_ message: WebSocketMessage) {
        // What comes after the stop has begun was not promised anything.
        guard !isStopping else { return }
        guard case .text(let payload) = message else {
            return close(.unacceptableData, "this door speaks JSON in text frames")
        }
        let (command, echo) = ClientCommand.decode(payload)
        received(command, echo)
    }

    /// Does what the client wants, or refuses it.
    package func received(_ command: Result<ClientCommand, ChatError>, _ echo: ClientCommand.Echo) {
        guard !isStopping else { return }
        do throws(ChatError) {
            try perform(command.get(), echo)
        } catch {
            refuse(error, echo)
        }
    }

    private func perform(_ command: ClientCommand, _ echo: ClientCommand.Echo) throws(ChatError) {
        guard session.rights.contains(command.right) else { throw .notAllowed(command.right) }
        switch command {
        case .send(let room, let clientID, let body): try send(room, clientID, body, echo.ref)
        case .subscribe(let room, let start): try subscribe(to: room, start, echo)
        case .unsubscribe(let room):
            guard let subscriber = subscribers.removeValue(forKey: room) else { throw .notSubscribed(to: room) }
            shard?.remove(subscriber)
            write(.unsubscribed(room, reason: "requested", ref: echo.ref))
        case .history(let room, let range, let limit): read(.init(room: room, range: range, limit: limit, echo: echo))
        case .read(let room, let seq): markRead(room, seq, echo)
        case .typing(let room): try type(in: room, echo.ref)
        case .refresh(let token): refresh(token, echo)
        }
    }

    private func type(in room: RoomName, _ ref: String?) throws(ChatError) {
        guard let eventLoop = socket?.eventLoop else { return }
        guard let subscriber = subscribers[room] else { throw .notSubscribed(to: room) }
        if subscriber.types(at: eventLoop.now) { environment.hub.tell(room, typing: account) }
        if let ref { write(.typing(room, account, ref: ref)) }
    }

    private func refresh(_ token: String, _ echo: ClientCommand.Echo) {
        guard let eventLoop = socket?.eventLoop else { return }
        commandBegan()
        let bound = NIOLoopBound(self, eventLoop: eventLoop)
        environment.rooms.session(token, eventLoop).whenComplete { result in bound.value.refreshed(echo, result) }
    }

    private func refreshed(_ echo: ClientCommand.Echo, _ result: Result<Session, any Error>) {
        guard socket != nil else { return }
        switch result {
        case .success(let fresh) where fresh.account.id != account.id:
            refuse(.invalid("token", "This token is another account's. Open another socket for it."), echo)
        case .success(let fresh) where !fresh.rights.isSuperset(of: session.rights):
            // What the socket hears already is not taken back.
            refuse(.notAllowed(session.rights.subtracting(fresh.rights)), echo)
        case .success(let fresh):
            goOn(with: fresh)
            write(.refreshed(fresh, ref: echo.ref))
        case .failure(let error): refuse(ChatError(access: error), echo)
        }
        commandEnded()
        flush()
    }

    private func send(_ room: RoomName, _ clientID: ClientID, _ body: MessageBody, _ ref: String?) throws(ChatError) {
        guard let id else { return }
        let draft = Draft(room: room, author: account, content: .message(clientID, body))
        try environment.rooms.submit(draft, .socket(id, ref: ref, in: dialect))
        commandBegan()
    }

    func refuse(_ error: ChatError, _ echo: ClientCommand.Echo) {
        errors += 1
        guard errors <= Self.errorLimit else { return close(.tooManyErrors, "too many commands were refused") }
        write(.error(error, echo))
    }

    /// Answers to `send`.
    func answered(_ reply: Broadcast.Reply) {
        write(reply.writer.buffer)
        commandsEnded(reply.count)
    }

    /// A command waits for the database.
    func commandBegan() { pending += 1 }

    /// A command that waited for the database has its answer.
    func commandEnded() { commandsEnded(1) }

    private func commandsEnded(_ count: Int) {
        pending -= count
        socket?.readIfAllowed()
        guard isStopping, pending == 0, let eventLoop = socket?.eventLoop else { return }
        // After the answer that is just being written.
        let bound = NIOLoopBound(self, eventLoop: eventLoop)
        eventLoop.execute { bound.value.comeBackLater() }
    }
}

extension ChatError {
    fileprivate static func notSubscribed(to room: RoomName) -> ChatError {
        ChatError(.notSubscribed, "This socket is not subscribed to \(room).", field: "room")
    }
}
