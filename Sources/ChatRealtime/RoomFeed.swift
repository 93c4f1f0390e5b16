import ChatCore
import NIOCore

/// One room on one event loop: who is subscribed, and the events that not everybody here has been served yet.
/// Confined to that loop.
final class RoomFeed {
    /// Events that are joined into one piece.
    private static let joinedBytes = 262_144

    /// In no order; each knows its place.
    private(set) var subscribers: [Subscriber] = []
    /// In ascending order.
    private var runs: [EventRun] = []
    /// Those of them that everybody has after this round.
    private var servedRuns = 0
    /// What was joined last: the next socket mostly wants the same.
    private var joined: EventRun?

    func add(_ subscriber: Subscriber) {
        subscriber.place = subscribers.count
        subscriber.feed = self
        subscribers.append(subscriber)
    }

    func remove(_ subscriber: Subscriber) {
        subscriber.feed = nil
        let last = subscribers.removeLast()
        guard last !== subscriber else { return }
        subscribers[subscriber.place] = last
        last.place = subscriber.place
    }

    var isEmpty: Bool { runs.isEmpty }

    /// The last event that is here; 0 if there is none.
    var last: Int64 { runs.last?.last ?? 0 }

    func append(_ run: EventRun) { runs.append(run) }

    /// What was here when the last round began has been served to everybody.
    /// - Parameter isLast: so has everything else.
    func beginRound(isLast: Bool) {
        runs.removeFirst(isLast ? runs.count : servedRuns)
        servedRuns = runs.count
        joined = nil
    }

    /// The events above `seq` that follow each other without a hole, in one piece unless they are many.
    func events(above seq: Int64) -> EventRun? {
        guard let index = runs.firstIndex(where: { $0.last > seq }) else { return nil }
        let first = runs[index]
        guard index + 1 < runs.count, first.first <= seq + 1 else { return first }
        let end = endOfPiece(from: index)
        guard end > index + 1 else { return first }
        if let joined, joined.first == seq + 1, joined.last == runs[end - 1].last { return joined }
        let piece = EventRun(first.stream, joining: runs[index..<end], above: seq)
        joined = piece
        return piece
    }

    private func endOfPiece(from index: Int) -> Int {
        var end = index + 1
        var bytes = runs[index].byteCount
        while end < runs.count, runs[end].first <= runs[end - 1].last + 1, bytes < Self.joinedBytes {
            bytes += runs[end].byteCount
            end += 1
        }
        return end
    }
}
