import ChatCore
import NIOCore

/// One socket in one room. Confined to the socket's event loop.
final class Subscriber {
    let stream: RoomStream
    /// It lets go of its subscribers when its socket closes.
    let session: SocketSession
    var subscription: Subscription
    /// `nil` when the socket does not follow the room any more.
    var feed: RoomFeed?
    /// Where it is among the feed's subscribers.
    var place = 0
    /// It has its turn when its socket has.
    private var isDue = false
    private var typesAgain = NIODeadline.uptimeNanoseconds(0)

    init(_ room: RoomName, _ session: SocketSession, _ subscription: Subscription) {
        self.stream = RoomStream(room: room, dialect: session.dialect)
        self.session = session
        self.subscription = subscription
    }

    var room: RoomName { stream.room }

    /// The feed has come up to `last`.
    /// - Returns: whether the socket has to be given a turn for it.
    func becomesDue(upTo last: Int64) -> Bool {
        guard subscription.announced(upTo: last), !isDue else { return false }
        isDue = true
        return true
    }

    /// Passes on what the room has got since the last turn.
    func serve() {
        isDue = false
        while let feed, let events = feed.events(above: subscription.sent) {
            switch subscription.committed(first: events.first, last: events.last, isWritable: session.isWritable) {
            case .deliver:
                session.write(events.frames(above: subscription.sent))
                subscription.delivered(upTo: events.last)
            case .read: return session.readOn(self)
            case .readLater, .nothing: return
            }
        }
    }

    /// Has all that there is, and room for more.
    var isAtEase: Bool { subscription.state == .live && !isDue && session.isWritable }

    /// The account types in this room.
    /// - Returns: whether others should hear of it: now and then, however often it is said.
    func types(at now: NIODeadline) -> Bool {
        guard now >= typesAgain else { return false }
        typesAgain = now + .seconds(2)
        return true
    }

    /// The room may have come further than was announced.
    func catchUp(to head: Int64) {
        // What the feed has will be served.
        guard let feed, !isDue || feed.last < head else { return }
        // As if the newest event alone had been announced: what lies before it is read from the log.
        if subscription.committed(first: .max, last: head, isWritable: session.isWritable) == .read {
            session.readOn(self)
        }
    }
}
