import ChatCore
import ChatRealtime
import NIOCore

/// The storage behind the sockets of a simulation: a log in memory that answers late, in any order, or not at all, and
/// announcements that may be lost.
final class SimulatedRooms: @unchecked Sendable {
    struct Room {
        fileprivate(set) var events: [Event] = []
        fileprivate(set) var members: Set<AccountID> = []
        fileprivate var markers: [AccountID: Int64] = [:]

        var head: Int64 { Int64(events.count) }
    }

    /// Something that a socket waits for. Answering it may ask for more.
    private enum Pending {
        case page(EventLoopPromise<Page>, PageQuery, early: Result<Page, ChatError>?)
        case marker(EventLoopPromise<ReadMarker>, RoomName, Int64, AccountID)
    }

    private struct PageQuery {
        let room: RoomName
        let range: PageRange
        let limit: Int
        let account: AccountID
    }

    var random: SimulationRandom
    private(set) var rooms: [RoomName: Room] = [:]
    var publish: (CommittedBatch<ReplyAddress>) -> Void = { _ in }
    private var pending: [Pending] = []
    private var drafts: [(draft: Draft, origin: ReplyAddress)] = []
    private var announcements: [CommittedBatch<ReplyAddress>] = []
    private var isFaulty = true

    init(_ random: SimulationRandom, _ names: [RoomName], members: [Account]) {
        self.random = random
        for name in names {
            rooms[name] = Room()
            for account in members { _ = store(Draft(room: name, author: account, content: .joined)) }
        }
    }

    var access: RoomAccess {
        RoomAccess(
            page: { [self] room, range, limit, account, loop in
                let promise = loop.makePromise(of: Page.self)
                let query = PageQuery(room: room, range: range, limit: limit, account: account)
                pending.append(.page(promise, query, early: random.chance(of: 50) ? page(query) : nil))
                return promise.futureResult
            },
            markRead: { [self] room, seq, account, loop in
                let promise = loop.makePromise(of: ReadMarker.self)
                pending.append(.marker(promise, room, seq, account))
                return promise.futureResult
            },
            session: { _, loop in loop.makeFailedFuture(ChatError.notAuthenticated) },
            submit: { [self] draft, origin throws(ChatError) in
                if drafts.count >= 20 { throw .overloaded("Too much.") }
                drafts.append((draft, origin))
            })
    }

    // MARK: - Steps

    /// One of the waiting reads is answered.
    func answerOne() {
        guard !pending.isEmpty else { return }
        let unavailable = ChatError(.storageUnavailable, "Later.", retryAfterMilliseconds: 1)
        let fails = isFaulty && random.chance(of: 15)
        switch pending.remove(at: random.below(pending.count)) {
        case .page(let promise, let query, let early):
            promise.completeWith(fails ? .failure(unavailable) : (early ?? page(query)).mapError { $0 as any Error })
        case .marker(let promise, let room, let seq, let account):
            promise.completeWith(fails ? .failure(unavailable) : .success(mark(room, seq, account)))
        }
    }

    /// Some of what was submitted is committed.
    func commitSome() {
        guard !drafts.isEmpty else { return }
        let count = 1 + random.below(min(4, drafts.count))
        let batch = Array(drafts.prefix(count))
        drafts.removeFirst(count)
        let isUnknown = isFaulty && random.chance(of: 10)
        var answers: [CommittedBatch<ReplyAddress>.Answer] = []
        var events: [Event] = []
        var heads: [RoomName: Int64] = [:]
        for (draft, origin) in batch {
            // What came of it is not told when the outcome is unknown.
            let isLost = isUnknown && random.chance(of: 50)
            let result: Result<Receipt, ChatError> =
                isLost ? .failure(ChatError(.outcomeUnknown, "Unknown.")) : store(draft)
            if isUnknown, !isLost, case .success(let receipt) = result { heads[draft.room] = receipt.seq }
            if !isUnknown, case .success(let receipt) = result, let event = rooms[draft.room]?.events.last,
                event.seq == receipt.seq
            {
                events.append(event)
            }
            answers.append(
                .init(
                    draft: draft, origin: origin,
                    result: isUnknown ? .failure(ChatError(.outcomeUnknown, "Unknown.")) : result))
        }
        announcements.append(CommittedBatch(answers: answers, events: events, unannounced: heads))
    }

    /// Another one than the sockets writes, and may fail to say so.
    func write(_ draft: Draft, count: Int) {
        var events: [Event] = []
        for _ in 0..<count {
            guard case .success = store(draft), let event = rooms[draft.room]?.events.last else { break }
            events.append(event)
        }
        let answer = CommittedBatch<ReplyAddress>.Answer(
            draft: draft, origin: .caller { _ in },
            result: events.last.map { .success(Receipt(seq: $0.seq, at: $0.at, duplicate: false)) }
                ?? .failure(.notAMember(draft.room)))
        let isLost = isFaulty && draft.isMessage && random.chance(of: 25)
        announcements.append(CommittedBatch(answers: [answer], events: isLost ? [] : events))
    }

    /// Somebody is taken out of a room by another program.
    func remove(_ account: Account, from room: RoomName) {
        _ = store(Draft(room: room, author: account, content: .left))
    }

    /// Announcements keep their order.
    func announceOne() {
        if !announcements.isEmpty { publish(announcements.removeFirst()) }
    }

    /// Everything from now on works.
    func mend() { isFaulty = false }

    var isIdle: Bool { pending.isEmpty && drafts.isEmpty && announcements.isEmpty }

    // MARK: - The log

    private func store(_ draft: Draft) -> Result<Receipt, ChatError> {
        guard var room = rooms[draft.room] else { return .failure(.roomNotFound(draft.room)) }
        let isMember = room.members.contains(draft.author.id)
        switch draft.content {
        case .joined: room.members.insert(draft.author.id)
        case .left: room.members.remove(draft.author.id)
        case .message, .removed: break
        }
        guard isMember || draft.content == .joined else { return .failure(.notAMember(draft.room)) }
        let event = Event(
            room: draft.room, seq: room.head + 1, author: draft.author, at: Timestamp(microseconds: room.head),
            content: draft.content)
        room.events.append(event)
        rooms[draft.room] = room
        return .success(Receipt(seq: event.seq, at: event.at, duplicate: false))
    }

    private func page(_ query: PageQuery) -> Result<Page, ChatError> {
        guard let room = rooms[query.room] else { return .failure(.roomNotFound(query.room)) }
        guard room.members.contains(query.account) else { return .failure(.notAMember(query.room)) }
        // A page may end early, as one with much text does.
        let limit = random.chance(of: 20) ? min(query.limit, 1 + random.below(5)) : query.limit
        let (events, hasMore) =
            switch query.range {
            case .newest: (room.events.suffix(limit), room.events.count > limit)
            case .before(let seq): (room.events.prefix(Int(clamping: seq - 1)).suffix(limit), true)
            case .after(let seq): (room.events.dropFirst(Int(clamping: seq)).prefix(limit), true)
            case .around(let seq): (room.events.dropFirst(Int(clamping: seq)).prefix(limit), true)
            }
        return .success(
            Page(room: query.room, title: "t", head: room.head, events: Array(events), hasMore: hasMore))
    }

    private func mark(_ name: RoomName, _ seq: Int64, _ account: AccountID) -> ReadMarker {
        let head = rooms[name]?.head ?? 0
        let old = rooms[name]?.markers[account] ?? 0
        let new = max(old, min(seq, head))
        rooms[name]?.markers[account] = new
        return ReadMarker(room: name, read: new, head: head, moved: new > old)
    }
}

extension Draft {
    fileprivate var isMessage: Bool {
        if case .message = content { true } else { false }
    }
}
