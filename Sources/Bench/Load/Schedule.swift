import NIOCore

/// A fixed timetable of messages, which does not wait for a server that is late. A latency counts from the planned time,
/// so that what had to wait behind a slow answer is not left out (coordinated omission).
struct Schedule: Sendable, Equatable {
    let start: NIODeadline
    let messagesPerSecond: Double

    /// When message `number`, from 0, is due.
    func due(_ number: Int) -> NIODeadline {
        start + .nanoseconds(Int64(Double(number) * 1e9 / messagesPerSecond))
    }

    /// How many messages are due by then.
    func count(by time: NIODeadline) -> Int {
        guard time >= start else { return 0 }
        var count = Int(Double((time - start).nanoseconds) * messagesPerSecond / 1e9) + 1
        // The division rounds either way.
        while count > 0, due(count - 1) > time { count -= 1 }
        while due(count) <= time { count += 1 }
        return count
    }
}
