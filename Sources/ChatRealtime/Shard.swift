import ChatCore
import NIOCore

/// The sockets of one event loop. Confined to that loop, so that it needs no lock.
final class Shard {
    private let index: Int
    private var lastNumber: UInt64 = 0
    private var sockets: [SocketID: SocketSession] = [:]
    private var accounts: [AccountID: [SocketID: SocketSession]] = [:]
    private var members: [RoomName: [SocketID: SocketSession]] = [:]

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

    func subscribe(_ id: SocketID, to room: RoomName) {
        members[room, default: [:]][id] = sockets[id]
    }

    func unsubscribe(_ id: SocketID, from room: RoomName) {
        members[room]?[id] = nil
        if members[room]?.isEmpty == true { members[room] = nil }
    }

    /// Writes to everyone concerned, then flushes each once.
    func deliver(_ broadcast: Broadcast) {
        var touched: [SocketID: SocketSession] = [:]
        for reply in broadcast.replies where reply.socket.shard == index {
            guard let socket = sockets[reply.socket] else { continue }
            socket.answered(reply.frame)
            touched[reply.socket] = socket
        }
        for run in broadcast.runs {
            for (id, socket) in members[run.room] ?? [:] {
                socket.deliver(run)
                touched[id] = socket
            }
        }
        catchUp(to: broadcast.unannounced)
        for departure in broadcast.departures {
            for (id, socket) in accounts[departure.account] ?? [:] {
                socket.evict(from: departure.room)
                touched[id] = socket
            }
        }
        for socket in touched.values { socket.flush() }
    }

    /// Rooms with subscribers on this loop.
    var subscribedRooms: some Sequence<RoomName> { members.keys }

    func catchUp(to heads: [RoomName: Int64]) {
        for (room, head) in heads {
            for socket in (members[room] ?? [:]).values { socket.catchUp(room, to: head) }
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
