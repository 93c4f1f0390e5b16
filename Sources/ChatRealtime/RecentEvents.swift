import ChatCore
import NIOConcurrencyHelpers

/// The newest events of rooms that are read, as frames, so that a storm of reconnects does not reach the database.
///
/// A room comes in when its newest page is read from the log, and is kept right by the writer's announcements; a hole in
/// them throws it out.
final class RecentEvents: Sendable {
    /// What a frame has besides its body, generously.
    private static let frameBytes = 1_024
    /// Events kept of a room.
    fileprivate static let eventLimit = Int64(PageRange.limit)

    fileprivate struct Room {
        var title = ""
        /// Without holes, up to the head.
        var runs: [EventRun] = []
        /// The room's last seq; `nil` while the first page is being read and only announcements are collected.
        var head: Int64?
        var lastUse: UInt64 = 0
        private(set) var byteCount = 0

        /// How many of the newest events are here.
        var count: Int64 { (runs.last?.last ?? 0) - (runs.first?.first ?? 1) + 1 }

        /// - Returns: whether it joins without a hole.
        mutating func append(_ run: EventRun) -> Bool {
            if let last = head ?? runs.last?.last {
                guard run.last > last else { return true }
                guard run.first <= last + 1 else { return false }
                runs.append(run.first <= last ? EventRun(run.stream, joining: [run], above: last) : run)
            } else {
                runs.append(run)
            }
            byteCount += run.byteCount
            if head != nil { head = run.last }
            return true
        }

        /// Makes one piece of all that is kept, so that whoever reads next copies nothing.
        mutating func join(_ stream: RoomStream) {
            guard runs.count > 1, let first = runs.first?.first, let last = runs.last?.last else { return }
            let piece = EventRun(stream, joining: runs, above: max(first - 1, last - RecentEvents.eventLimit))
            runs = [piece]
            byteCount = piece.byteCount
        }

        /// Old runs go as long as enough events are left without them.
        mutating func drop(to limit: Int64) {
            while let oldest = runs.first, (runs.last?.last ?? 0) - oldest.last >= limit {
                byteCount -= oldest.byteCount
                runs.removeFirst()
            }
        }
    }

    fileprivate struct State {
        var rooms: [RoomStream: Room] = [:]
        /// Those that a room was ever read in.
        var dialects: [Dialect] = []
        var byteCount = 0
        var uses: UInt64 = 0
        /// How often everything was forgotten.
        var clearings: UInt64 = 0
    }

    private let byteLimit: Int
    private let state = NIOLockedValueBox(State())

    /// - Parameter byteLimit: memory for frames; above it the rooms that were read longest ago go.
    init(byteLimit: Int = 33_554_432) { self.byteLimit = byteLimit }

    // MARK: - Reading

    /// A page, if all of it is here and the room has come at least as far as `head`.
    func page(_ room: RoomStream, _ range: PageRange, limit: Int, notBefore head: Int64) -> EventPage? {
        state.withLockedValue { state in
            guard let found = state.rooms[room], let last = found.head, last >= head else { return nil }
            let above: Int64
            switch range {
            case .newest: above = max(0, last - Int64(limit))
            case .after(let seq) where seq <= last && last - seq <= Int64(limit): above = seq
            default: return nil
            }
            guard last - found.count <= above else { return nil }
            let hasMore = if case .newest = range { above > 0 } else { false }
            let events = EventRun(room, joining: state.use(room), above: above)
            // Of long messages the log makes pages that are short enough.
            guard events.byteCount <= PageRange.byteLimit + events.count * Self.frameBytes else { return nil }
            return EventPage(title: found.title, head: last, events: events, hasMore: hasMore)
        }
    }

    /// A page that is being read.
    struct Reading: Sendable {
        fileprivate let room: RoomStream
        fileprivate let clearings: UInt64
    }

    /// The newest page of a room is going to be read: from now on its announcements are collected.
    func willRead(_ room: RoomStream) -> Reading {
        state.withLockedValue { state in
            if !state.dialects.contains(room.dialect) { state.dialects.append(room.dialect) }
            if state.rooms[room] == nil { state.rooms[room] = Room() }
            return Reading(room: room, clearings: state.clearings)
        }
    }

    /// The newest page has been read; `nil` if that failed. It counts for nothing if everything was forgotten meanwhile: it may
    /// have been read before what was the reason for that.
    func didRead(_ reading: Reading, _ page: EventPage?) {
        let room = reading.room
        state.withLockedValue { state in
            guard reading.clearings == state.clearings else { return }
            guard let old = state.rooms[room], old.head == nil || old.count < (page?.events.count ?? 0) else { return }
            state.remove(room)
            guard let page, page.events.last == page.head || page.head == 0 else { return }
            state.uses += 1
            state.rooms[room] = Room(title: page.title, head: page.head - Int64(page.events.count), lastUse: state.uses)
            for run in [page.events] + old.runs { state.append(run) }
            state.shrink(to: byteLimit)
        }
    }

    /// Forgets everything.
    func clear() { state.withLockedValue { $0 = State(clearings: $0.clearings + 1) } }

    // MARK: - Announcements

    /// Events were committed.
    func announce(_ rooms: [RoomEvents]) {
        guard !rooms.isEmpty else { return }
        state.withLockedValue { state in
            for events in rooms { state.append(events) }
            state.shrink(to: byteLimit)
        }
    }

    /// The rooms have come at least as far as these heads. What lags behind is thrown out, and so is a page that is being
    /// read: it may be older than these heads.
    func catchUp(to heads: [RoomName: Int64]) {
        state.withLockedValue { state in
            for (room, head) in heads {
                for stream in state.dialects.map({ RoomStream(room: room, dialect: $0) })
                where state.rooms[stream]?.head ?? -1 < head { state.remove(stream) }
            }
        }
    }
}

extension RecentEvents.State {
    /// - Returns: what is kept of a room.
    fileprivate mutating func use(_ room: RoomStream) -> [EventRun] {
        uses += 1
        byteCount -= rooms[room]?.byteCount ?? 0
        rooms[room]?.join(room)
        rooms[room]?.lastUse = uses
        byteCount += rooms[room]?.byteCount ?? 0
        return rooms[room]?.runs ?? []
    }

    fileprivate mutating func remove(_ room: RoomStream) {
        byteCount -= rooms.removeValue(forKey: room)?.byteCount ?? 0
    }

    fileprivate mutating func append(_ events: RoomEvents) {
        for dialect in dialects where rooms[RoomStream(room: events.room, dialect: dialect)] != nil {
            append(events.run(in: dialect))
        }
    }

    fileprivate mutating func append(_ run: EventRun) {
        guard let before = rooms[run.stream]?.byteCount else { return }
        guard rooms[run.stream]?.append(run) == true else { return remove(run.stream) }
        rooms[run.stream]?.drop(to: RecentEvents.eventLimit)
        byteCount += (rooms[run.stream]?.byteCount ?? 0) - before
    }

    fileprivate mutating func shrink(to limit: Int) {
        guard byteCount > limit else { return }
        // A quarter at once, so that sorting is rare.
        for (name, _) in rooms.sorted(by: { $0.value.lastUse < $1.value.lastUse }) {
            guard byteCount > limit - limit / 4 else { return }
            remove(name)
        }
    }
}
