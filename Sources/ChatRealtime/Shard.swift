import ChatCore
import NIOCore

/// The sockets of one event loop. Confined to that loop, so that it needs no lock.
///
/// What is committed reaches the sockets in rounds: whoever has something to get stands in a queue, and gets at its turn
/// all that there is by then, in one write. So the busier the rooms are, the more events share a write, which is what a
/// delivery costs. Between turns the loop looks at its connections, so that senders are heard while a large room is served.
final class Shard {
    private let index: Int
    private let eventLoop: any EventLoop
    /// Sockets that are written to before the loop looks at its connections: about a millisecond.
    private let turn: Int
    /// Long enough that the loop does not take the next turn for a task of this one.
    private static let pause = TimeAmount.microseconds(20)

    /// The sockets of a group beat together.
    private static let beatGroups: UInt64 = 16
    private var beatGroup: UInt64 = 0
    private var isBeating = false

    /// Of the loop's time, for each socket that is told what is worth nothing later: some ten times of what that takes.
    private static let passing = TimeAmount.microseconds(100)
    private var passesAgain = NIODeadline.uptimeNanoseconds(0)

    /// Sockets whose connection is there, closed or not.
    private(set) var connections = 0
    private var lastNumber: UInt64 = 0
    private var sockets: [SocketID: SocketSession] = [:]
    private var accounts: [AccountID: [SocketID: SocketSession]] = [:]
    private var feeds: [RoomStream: RoomFeed] = [:]
    /// Of the sockets here.
    var reads = SharedReads()
    /// Those that somebody here has ever followed a room in.
    private var dialects: [Dialect] = []

    /// The sockets of this round, and how many of them have had their turn.
    private var queue: [SocketSession] = []
    private var served = 0
    /// The sockets of the next round.
    private var arrivals: [SocketSession] = []
    /// Rooms with events that somebody may lack.
    private var busy: [RoomFeed] = []
    private var isScheduled = false

    init(index: Int, eventLoop: any EventLoop, turn: Int = 64) {
        self.index = index
        self.eventLoop = eventLoop
        self.turn = turn
    }

    // MARK: - Who is here

    func add(_ socket: SocketSession) -> SocketID {
        if !isBeating { scheduleBeat(socket.environment.heartbeat) }
        connections += 1
        lastNumber += 1
        let id = SocketID(shard: index, number: lastNumber)
        sockets[id] = socket
        accounts[socket.account.id, default: [:]][id] = socket
        return id
    }

    /// Live sockets on this loop.
    var count: Int { sockets.count }

    /// The connection of a socket that was added has ended.
    func connectionEnded() { connections -= 1 }

    func remove(_ id: SocketID) {
        guard let account = sockets.removeValue(forKey: id)?.account.id else { return }
        accounts[account]?[id] = nil
        if accounts[account]?.isEmpty == true { accounts[account] = nil }
    }

    func add(_ subscriber: Subscriber) {
        if !dialects.contains(subscriber.stream.dialect) { dialects.append(subscriber.stream.dialect) }
        let feed = feeds[subscriber.stream] ?? RoomFeed()
        feeds[subscriber.stream] = feed
        feed.add(subscriber)
    }

    func remove(_ subscriber: Subscriber) {
        guard let feed = subscriber.feed else { return }
        feed.remove(subscriber)
        if feed.subscribers.isEmpty { feeds[subscriber.stream] = nil }
    }

    /// Rooms with subscribers on this loop.
    var subscribedRooms: some Sequence<RoomName> { feeds.keys.lazy.map(\.room) }

    // MARK: - What is said to them

    /// Answers first, and with each what the socket gets beside it; the others get their turn.
    func deliver(_ broadcast: Broadcast) {
        for events in broadcast.rooms { announce(events) }
        for reply in broadcast.replies[index] {
            guard let socket = sockets[reply.socket] else { continue }
            socket.answered(reply)
            socket.serve()
        }
        catchUp(to: broadcast.unannounced)
        for departure in broadcast.departures {
            for socket in (accounts[departure.account] ?? [:]).values {
                socket.serve()
                socket.evict(from: departure.room)
                socket.flush()
            }
        }
        if !isScheduled { takeTurn() }
    }

    private func announce(_ events: RoomEvents) {
        for dialect in dialects {
            guard let feed = feeds[RoomStream(room: events.room, dialect: dialect)] else { continue }
            let run = events.run(in: dialect)
            if feed.isEmpty { busy.append(feed) }
            feed.append(run)
            for subscriber in feed.subscribers where subscriber.becomesDue(upTo: run.last) {
                if subscriber.session.becomesDue(subscriber) { arrivals.append(subscriber.session) }
            }
        }
    }

    func catchUp(to heads: [RoomName: Int64]) {
        for (room, head) in heads {
            for dialect in dialects {
                let feed = feeds[RoomStream(room: room, dialect: dialect)]
                for subscriber in feed?.subscribers ?? [] { subscriber.catchUp(to: head) }
            }
        }
    }

    func doubt(_ room: RoomName, of account: AccountID) {
        for socket in (accounts[account] ?? [:]).values { socket.doubt(room) }
    }

    func doubt(_ room: RoomName) {
        for dialect in dialects {
            for subscriber in feeds[RoomStream(room: room, dialect: dialect)]?.subscribers ?? [] {
                subscriber.session.doubt(room)
            }
        }
    }

    func say(_ frame: ServerFrame, to account: AccountID, except one: SocketID?) {
        for (id, socket) in accounts[account] ?? [:] where id != one {
            socket.write(frame)
            socket.flush()
        }
    }

    /// Says what is worth nothing later, to who has all of the room and room for more: nobody waits for it. The author does
    /// not hear it.
    func pass(_ frame: ServerFrame, in room: RoomName, of author: AccountID) {
        guard eventLoop.now >= passesAgain else { return }
        var count = 0
        for dialect in dialects {
            guard let feed = feeds[RoomStream(room: room, dialect: dialect)] else { continue }
            let bytes = frame.bytes(in: dialect)
            guard bytes.readableBytes > 0 else { continue }
            for subscriber in feed.subscribers where subscriber.isAtEase && subscriber.session.account.id != author {
                subscriber.session.write(bytes)
                subscriber.session.flush()
                count += 1
            }
        }
        passesAgain = eventLoop.now + Self.passing * count
    }

    func startOver() {
        for socket in sockets.values { socket.comeBackLater() }
    }

    func end(_ sessions: Set<SessionID>) {
        for socket in sockets.values where sessions.contains(socket.session.id) { socket.sessionEnded() }
    }

    var openSessions: Set<SessionID> { Set(sockets.values.lazy.map(\.session.id)) }

    // MARK: - Heartbeat

    /// One timer for all sockets: a fraction of them beats at each of its ticks.
    private func scheduleBeat(_ interval: TimeAmount) {
        isBeating = true
        let bound = NIOLoopBound(self, eventLoop: eventLoop)
        eventLoop.scheduleTask(in: .nanoseconds(interval.nanoseconds / Int64(Self.beatGroups))) {
            bound.value.beat(interval)
        }
    }

    private func beat(_ interval: TimeAmount) {
        isBeating = false
        guard !sockets.isEmpty else { return }
        beatGroup = (beatGroup + 1) % Self.beatGroups
        for (id, socket) in sockets where id.number % Self.beatGroups == beatGroup { socket.beat() }
        scheduleBeat(interval)
    }

    // MARK: - Rounds

    private func takeTurn() {
        isScheduled = false
        var left = turn
        while left > 0 {
            if served == queue.count {
                guard beginRound() else { return }
            }
            if queue[served].serve() { left -= 1 }
            served += 1
        }
        isScheduled = true
        let bound = NIOLoopBound(self, eventLoop: eventLoop)
        eventLoop.scheduleTask(in: Self.pause) { bound.value.takeTurn() }
    }

    /// Everybody who lacked what had been announced when the last round began has had a turn.
    /// - Returns: whether anybody lacks anything.
    private func beginRound() -> Bool {
        queue.removeAll(keepingCapacity: true)
        served = 0
        swap(&queue, &arrivals)
        for feed in busy { feed.beginRound(isLast: queue.isEmpty) }
        busy.removeAll { $0.isEmpty }
        return !queue.isEmpty
    }
}
