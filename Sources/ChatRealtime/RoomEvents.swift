import ChatCore
import NIOConcurrencyHelpers

/// What was committed in one room in one batch, without holes: written in each dialect that somebody needs, once.
final class RoomEvents: Sendable {
    let room: RoomName
    private let events: [Event]
    private let native: EventRun
    /// By dialect; few are ever here.
    private let others = NIOLockedValueBox<[EventRun]>([])

    init(_ room: RoomName, _ events: [Event]) {
        self.room = room
        self.events = events
        self.native = EventRun(room, events)
    }

    /// - Parameter events: in ascending order.
    static func byRoom(_ events: [Event]) -> [RoomEvents] {
        var byRoom: [RoomName: [Event]] = [:]
        for event in events { byRoom[event.room, default: []].append(event) }
        return byRoom.map { room, events in RoomEvents(room, events) }
    }

    func run(in dialect: Dialect) -> EventRun {
        if dialect == .native { return native }
        return others.withLockedValue { others in
            if let run = others.first(where: { $0.dialect == dialect }) { return run }
            let run = EventRun(room, events, in: dialect)
            others.append(run)
            return run
        }
    }
}
