import ChatCore
import NIOCore
import NIOEmbedded
import Testing

@testable import ChatRealtime

/// Many sockets at once in a room that is not in memory: one read of the log serves them all, and none waits in vain.
@Suite struct SharedReadsTests {
    private static let room = RoomName(stored: "lobby")
    private static let alice = Account(
        id: AccountID(rawValue: 1), handle: Handle(stored: "alice"), displayName: DisplayName(stored: "Alice"))

    private let loop = EmbeddedEventLoop()
    private let log = Log()
    private let environment: SocketSession.Environment

    init() {
        let log = log
        let access = RoomAccess(
            page: { _, range, limit, _, loop in
                let promise = loop.makePromise(of: Page.self)
                log.reads.append(Log.Read(range: range, limit: limit, promise: promise))
                return promise.futureResult
            },
            markRead: { _, _, _, loop in loop.makeFailedFuture(ChatError.notAuthenticated) },
            session: { _, loop in loop.makeFailedFuture(ChatError.notAuthenticated) },
            submit: { _, _ in })
        environment = SocketSession.Environment(
            hub: Hub(on: loop, turn: 64), rooms: access, serverVersion: "0", heartbeat: .hours(1), messageBytes: 65_536)
    }

    /// A socket whose account is known to be a member, or not.
    private func socket(isMember: Bool = true) -> Wire {
        let session = Session(
            id: SessionID(rawValue: 1), account: Self.alice, createdAt: Timestamp(microseconds: 0),
            expiresAt: Timestamp(microseconds: .max), role: .member)
        let rooms = [Greeting.Standing(name: Self.room, title: "Lobby", head: Log.head, read: 0)]
        let greeting = Greeting(epoch: "e", account: Self.alice, rooms: isMember ? rooms : [])
        let wire = Wire(SocketSession(session, greeting: greeting, environment: environment), on: loop)
        wire.session.open(on: wire)
        return wire
    }

    private func storm(of count: Int, _ start: ClientCommand.Start) -> [Wire] {
        (0..<count).map { _ in
            let wire = socket()
            wire.subscribes(to: Self.room, start)
            return wire
        }
    }

    @Test(arguments: [ClientCommand.Start.last(50), .last(0), .after(Log.head - 20, limit: 1000, epoch: "e")])
    func oneReadServesAll(_ start: ClientCommand.Start) {
        let sockets = storm(of: 100, start)
        #expect(log.reads.count == 1)
        log.answers()
        loop.run()
        #expect(log.reads.isEmpty)
        for socket in sockets { #expect(socket.subscribed == [Log.head]) }
        // Whoever comes later is served from memory.
        let late = storm(of: 1, start)
        #expect(log.reads.isEmpty && late[0].subscribed == [Log.head])
    }

    /// Whoever waited for a database that does not answer has waited long enough.
    @Test func aReadThatFailsLeavesNobodyWaiting() {
        let sockets = storm(of: 10, .last(50))
        log.fails(ChatError(.storageUnavailable, "Later."))
        loop.run()
        #expect(log.reads.isEmpty)
        for socket in sockets { #expect(socket.errors == [.storageUnavailable]) }
    }

    /// The one whose read it is is no member any more; that is nothing to the others.
    @Test func nobodyIsRefusedForAnother() {
        let sockets = storm(of: 3, .last(50))
        log.fails(ChatError.notAMember(Self.room))
        log.answers()
        loop.run()
        #expect(sockets.map(\.errors) == [[.notAMember], [], []])
        #expect(sockets.map(\.subscribed) == [[], [Log.head], [Log.head]])
    }

    @Test func theReaderMayGo() {
        let sockets = storm(of: 3, .last(50))
        sockets[0].leaves()
        log.answers()
        loop.run()
        #expect(sockets.map(\.subscribed) == [[], [Log.head], [Log.head]])
    }

    /// What memory lacks, the log has: a page of another room, or one that something was committed behind.
    @Test func whoWantsMoreThanWasReadReadsIt() {
        let sockets = storm(of: 2, .last(50))
        sockets[1].leaves()
        let other = socket()
        other.subscribes(to: Self.room, .last(120))
        let far = socket()
        far.subscribes(to: Self.room, .after(10, limit: 1000, epoch: nil))
        #expect(log.reads.map(\.limit) == [50, 120, PageRange.limit])
        log.answers()
        loop.run()
        #expect(sockets[0].subscribed + other.subscribed + far.subscribed == [Log.head, Log.head, Log.head])
    }

    /// Nobody profits from another's membership.
    @Test func whoIsNotKnownToBeAMemberAsksTheLog() {
        _ = storm(of: 2, .last(50))
        let stranger = socket(isMember: false)
        stranger.subscribes(to: Self.room, .last(50))
        #expect(log.reads.count == 2)
        log.reads.last?.promise.fail(ChatError.notAMember(Self.room))
        log.reads.removeLast()
        log.answers()
        loop.run()
        #expect(stranger.errors == [.notAMember] && stranger.subscribed == [])
    }
}

/// Answers when it is told to.
private final class Log: @unchecked Sendable {
    static let head: Int64 = 300

    struct Read {
        let range: PageRange
        let limit: Int
        let promise: EventLoopPromise<Page>
    }

    var reads: [Read] = []

    /// Everything that was asked for.
    func answers() {
        let all = reads
        reads = []
        for read in all { read.promise.succeed(page(read.range, read.limit)) }
    }

    /// The first read.
    func fails(_ error: ChatError) { reads.removeFirst().promise.fail(error) }

    private func page(_ range: PageRange, _ limit: Int) -> Page {
        let first = if case .after(let seq) = range { seq + 1 } else { Self.head - Int64(limit) + 1 }
        let last = if case .after = range { min(Self.head, first + Int64(limit) - 1) } else { Self.head }
        let alice = Account(
            id: AccountID(rawValue: 1), handle: Handle(stored: "alice"), displayName: DisplayName(stored: "Alice"))
        let room = RoomName(stored: "lobby")
        let events =
            first > last
            ? []
            : (first...last).map {
                Event(room: room, seq: $0, author: alice, at: Timestamp(microseconds: 0), content: .joined)
            }
        return Page(room: room, title: "Lobby", head: Self.head, events: events, hasMore: first > 1)
    }
}

/// A socket's other end, which always reads.
private final class Wire: SocketConnection {
    let session: SocketSession
    private(set) var eventLoop: (any EventLoop)?
    /// The heads that subscriptions were told.
    private(set) var subscribed: [Int64] = []
    private(set) var errors: [ChatError.Code] = []

    init(_ session: SocketSession, on eventLoop: any EventLoop) {
        self.session = session
        self.eventLoop = eventLoop
    }

    func subscribes(to room: RoomName, _ start: ClientCommand.Start) {
        session.received(.success(.subscribe(room, start)), ClientCommand.Echo())
    }

    func leaves() {
        eventLoop = nil
        session.closed()
    }

    let isWritable = true
    let hasOutgoing = false

    func say(_ frame: ServerFrame) {
        switch frame {
        case .subscribed(_, let page, _, _, _): subscribed.append(page.head)
        case .error(let error, _): errors.append(error.code)
        default: break
        }
    }

    func write(_ frames: ByteBuffer) {}
    func flush() {}
    func ping() {}
    func readIfAllowed() {}
    func close(_ code: CloseCode, _ reason: String) {}
}
