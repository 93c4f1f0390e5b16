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
        guard let context else { return }
        let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
        environment.rooms.page(request.room, request.range, request.limit, account.id, context.eventLoop)
            .whenComplete { result in bound.value.arrived(request, result) }
    }

    private func arrived(_ request: HistoryRequest, _ result: Result<Page, any Error>) {
        guard let context else { return }
        // A page that the client would not read now is not kept: it is read again when there is room for it.
        guard context.channel.isWritable else { return deferred.append(request) }
        switch result {
        case .success(let page): write(.history(page, ref: request.echo.ref))
        case .failure(let error): refuse(ChatError(access: error), request.echo)
        }
        commandEnded()
        flush()
    }

    func markRead(_ room: RoomName, _ seq: Int64, _ echo: ClientCommand.Echo) {
        guard let context else { return }
        commandBegan()
        let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
        environment.rooms.markRead(room, seq, account.id, context.eventLoop).whenComplete { result in
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
