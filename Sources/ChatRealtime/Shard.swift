import ChatCore
import NIOCore

/// The sockets of one event loop. Confined to that loop, so that it needs no lock.
final class Shard {
    private let index: Int
    private var lastNumber: UInt64 = 0
    private var sockets: [SocketID: SocketSession] = [:]
    private var accounts: [AccountID: [SocketID: SocketSession]] = [:]
    private var members: [RoomName: [SocketID: Subscriber]] = [:]

    init(index: Int) { self.index = index }

    func add(_ socket: SocketSession) -> SocketID {
        lastNumber += 1
        let id = SocketID(shard: index, number: lastNumber)
        sockets[id] = socket
        accounts[socket.account.id, default: [:]][id] = socket
        return id
    }

    /// Live sockets on this loop.
    var count: Int { sockets.count }

    func remove(_ id: SocketID, from rooms: some Sequence<RoomName>) {
        if let account = sockets.removeValue(forKey: id)?.account.id {
            accounts[account]?[id] = nil
            if accounts[account]?.isEmpty == true { accounts[account] = nil }
        }
        for room in rooms { unsubscribe(id, from: room) }
    }

    func add(_ subscriber: Subscriber, to room: RoomName) {
        guard let id = subscriber.socket.id else { return }
        members[room, default: [:]][id] = subscriber
    }

    func unsubscribe(_ id: SocketID, from room: RoomName) {
        members[room]?[id] = nil
        if members[room]?.isEmpty == true { members[room] = nil }
    }

    /// Writes to everyone concerned, then flushes each once.
    func deliver(_ broadcast: Broadcast) {
        var touched: [SocketSession] = []
        for reply in broadcast.replies[index] {
            guard let socket = sockets[reply.socket] else { continue }
            socket.answered(reply)
            socket.touch(&touched)
        }
        for run in broadcast.runs {
            guard let subscribers = members[run.room] else { continue }
            for subscriber in subscribers.values where subscriber.deliver(run) { subscriber.socket.touch(&touched) }
        }
        catchUp(to: broadcast.unannounced)
        for departure in broadcast.departures {
            for socket in (accounts[departure.account] ?? [:]).values {
                socket.evict(from: departure.room)
                socket.touch(&touched)
            }
        }
        for socket in touched { socket.flush() }
    }

    /// Rooms with subscribers on this loop.
    var subscribedRooms: some Sequence<RoomName> { members.keys }

    func catchUp(to heads: [RoomName: Int64]) {
        for (room, head) in heads {
            for subscriber in (members[room] ?? [:]).values { subscriber.catchUp(to: head) }
        }
    }

    func write(_ frame: ByteBuffer, to account: AccountID, except one: SocketID?) {
        for (id, socket) in accounts[account] ?? [:] where id != one {
            socket.write(frame)
            socket.flush()
        }
    }

    func end(_ session: SessionID) {
        for socket in sockets.values where socket.sessionID == session {
            socket.close(.sessionEnded, "the session has ended")
        }
    }
}
