import ChatCore
import NIOCore

/// A page of the log that a client has asked for.
struct HistoryRequest {
    let room: RoomName
    let range: PageRange
    let limit: Int
    let echo: ClientCommand.Echo
}

/// Commands that read the log beside the stream, and the read marker.
extension SocketSession {
    func read(_ request: HistoryRequest) {
        commandBegan()
        read(again: request)
    }

    func read(again request: HistoryRequest) {
        read(RoomStream(room: request.room, dialect: .native), request.range, request.limit) { session, result in
            session.arrived(request, result)
        }
    }

    private func arrived(_ request: HistoryRequest, _ result: Result<EventPage, any Error>) {
        guard socket != nil else { return }
        // A page that the client would not read now is not kept: it is read again when there is room for it.
        guard isWritable else { return deferred.append(request) }
        switch result {
        case .success(let page): write(.history(request.room, page, ref: request.echo.ref))
        case .failure(let error): refuse(ChatError(access: error), request.echo)
        }
        commandEnded()
        flush()
    }

    /// Reads a page: from the newest events in memory if they are enough, else from the log.
    ///
    /// Memory serves only rooms that the account is known to be a member of, and only once it has come as far as the log
    /// is known to have.
    func read(
        _ stream: RoomStream, _ range: PageRange, _ limit: Int,
        _ then: @escaping (SocketSession, Result<EventPage, any Error>) -> Void
    ) {
        guard let eventLoop = socket?.eventLoop else { return }
        let room = stream.room
        let recent = environment.hub.recent
        let followed = subscribers[room]?.subscription.head ?? 0
        if let head = knownHeads[room],
            let page = recent.page(stream, range, limit: limit, notBefore: max(head, followed))
        {
            return then(self, .success(page))
        }
        let reading = range == .newest ? recent.willRead(stream) : nil
        let bound = NIOLoopBound((self, then), eventLoop: eventLoop)
        environment.rooms.page(room, range, limit, account.id, eventLoop).whenComplete { result in
            let (session, then) = bound.value
            let page = result.map { EventPage($0, in: stream.dialect) }
            if let reading { recent.didRead(reading, try? page.get()) }
            if session.socket != nil, case .success(let page) = page { session.knownHeads[room] = page.head }
            then(session, page)
        }
    }

    func markRead(_ room: RoomName, _ seq: Int64, _ echo: ClientCommand.Echo) {
        guard let eventLoop = socket?.eventLoop else { return }
        commandBegan()
        let bound = NIOLoopBound(self, eventLoop: eventLoop)
        environment.rooms.markRead(room, seq, account.id, eventLoop).whenComplete { result in
            bound.value.marked(echo, result)
        }
    }

    private func marked(_ echo: ClientCommand.Echo, _ result: Result<ReadMarker, any Error>) {
        switch result {
        case .success(let marker):
            write(.read(marker, ref: echo.ref))
            if marker.moved { environment.hub.tell(account.id, marker, except: id) }
        case .failure(let error): refuse(ChatError(access: error), echo)
        }
        commandEnded()
        flush()
    }
}
