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

    typealias PageReader = (SocketSession, Result<EventPage, any Error>) -> Void

    /// Reads a page: from the newest events in memory if they are enough, else from the log.
    ///
    /// Who is a member and wants some of the newest events joins a read of them that is under way, and is served from memory
    /// then; if that is not enough, or if whoever read was no member, everybody asks the log. When the database does not
    /// answer, nobody who has waited for it waits once more.
    func read(_ stream: RoomStream, _ range: PageRange, _ limit: Int, _ then: @escaping PageReader) {
        if let page = remembered(stream, range, limit) { return then(self, .success(page)) }
        guard let shard, let count = newestCount(stream.room, range, limit) else {
            return ask(stream, range, limit, then)
        }
        let key = SharedReads.Key(stream: stream, count: count)
        let isFirst = shard.reads.begin(key) { [self] failure in
            if let page = remembered(stream, range, limit) {
                then(self, .success(page))
            } else if let failure, ChatError(access: failure).retryable {
                then(self, .failure(failure))
            } else {
                ask(stream, range, limit, then)
            }
        }
        guard isFirst else { return }
        ask(stream, .newest, count) { session, result in
            let others = shard.reads.end(key)
            session.arrived(result, stream, range, limit, then)
            let failure: (any Error)? = if case .failure(let error) = result { error } else { nil }
            for other in others { other(failure) }
        }
    }

    /// Memory serves only rooms that the account is known to be a member of, and only once it has come as far as the log
    /// is known to have.
    private func remembered(_ stream: RoomStream, _ range: PageRange, _ limit: Int) -> EventPage? {
        knownHead(of: stream.room).flatMap {
            environment.hub.recent.page(stream, range, limit: limit, notBefore: $0)
        }
    }

    /// `nil` unless the account is known to be a member.
    private func knownHead(of room: RoomName) -> Int64? {
        knownHeads[room].map { max($0, subscribers[room]?.subscription.head ?? 0) }
    }

    /// How many of the newest events memory needs to serve a page; `nil` if the log has to be asked for it.
    private func newestCount(_ room: RoomName, _ range: PageRange, _ limit: Int) -> Int? {
        guard let head = knownHead(of: room) else { return nil }
        switch range {
        case .newest: return max(limit, PageRange.defaultCount)
        case .after(let seq) where head - seq <= Int64(PageRange.defaultCount): return PageRange.defaultCount
        default: return nil
        }
    }

    /// The newest events have come for whoever wanted some of them.
    private func arrived(
        _ newest: Result<EventPage, any Error>, _ stream: RoomStream, _ range: PageRange, _ limit: Int,
        _ then: @escaping PageReader
    ) {
        switch newest {
        case .success(let page) where range == .newest: then(self, .success(page.newest(limit)))
        case .success:
            if let page = remembered(stream, range, limit) {
                then(self, .success(page))
            } else {
                ask(stream, range, limit, then)
            }
        case .failure(let error): then(self, .failure(error))
        }
    }

    private func ask(_ stream: RoomStream, _ range: PageRange, _ limit: Int, _ then: @escaping PageReader) {
        guard let eventLoop = socket?.eventLoop else { return }
        let recent = environment.hub.recent
        let doubts = doubts
        let reading = range == .newest ? recent.willRead(stream) : nil
        let bound = NIOLoopBound((self, then), eventLoop: eventLoop)
        environment.rooms.page(stream.room, range, limit, account.id, eventLoop).whenComplete { result in
            let (session, then) = bound.value
            let page = result.map { EventPage($0, in: stream.dialect) }
            if let reading { recent.didRead(reading, try? page.get()) }
            if session.socket != nil, session.doubts == doubts, case .success(let page) = page {
                session.knownHeads[stream.room] = page.head
            }
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
