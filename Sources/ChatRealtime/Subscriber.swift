import ChatCore
import NIOCore

/// One socket in one room: what the room's shard hands events to. Confined to the socket's event loop.
final class Subscriber {
    let room: RoomName
    /// The socket removes its subscribers before it goes.
    unowned let socket: SocketSession
    var subscription: Subscription

    init(_ room: RoomName, _ socket: SocketSession, _ subscription: Subscription) {
        self.room = room
        self.socket = socket
        self.subscription = subscription
    }

    /// Events were committed.
    /// - Returns: whether anything was written.
    func deliver(_ run: EventRun) -> Bool {
        switch subscription.committed(first: run.first, last: run.last, isWritable: socket.isWritable) {
        case .deliver:
            socket.write(run.frames(above: subscription.sent))
            subscription.delivered(upTo: run.last)
            return true
        case .read: socket.readOn(self)
        case .nothing: break
        }
        return false
    }

    /// The room may have come further than was announced.
    func catchUp(to head: Int64) {
        // As if the newest event alone had been announced: what lies before it is read from the log.
        if subscription.committed(first: .max, last: head, isWritable: socket.isWritable) == .read {
            socket.readOn(self)
        }
    }
}
