import ChatClient
import NIOCore

/// The load on one event loop: its sockets and what they have counted. Confined to that loop, so that counting is free.
final class Station {
    let eventLoop: any EventLoop
    /// Its place among the stations.
    let index: Int
    var tally = Tally()
    /// From sending, or from when it was due, to the answer.
    var answerTimes = Latencies()
    /// From when a message was due to its arrival, in every socket.
    var deliveryTimes = Latencies()
    /// Whether times are recorded.
    private(set) var isMeasuring = false
    var members: [Member] = []
    /// Sockets that are where they have to be.
    var readyCount = 0
    /// If there is one, deliveries are timed by it.
    var schedule: Schedule?
    /// The highest acknowledged seq of each room.
    var heads: [Int: Int64] = [:]
    /// What else runs on this loop until it is told to stop.
    var stop: () -> Void = {}
    /// Reused for every message that is sent.
    var scratch: [UInt8] = []

    init(eventLoop: any EventLoop, index: Int) {
        self.eventLoop = eventLoop
        self.index = index
    }

    func startMeasuring() {
        answerTimes = Latencies()
        deliveryTimes = Latencies()
        isMeasuring = true
    }

    func stopMeasuring() { isMeasuring = false }

    func acknowledged(_ seq: Int64, in room: Int, since: NIODeadline) {
        tally.answers += 1
        heads[room] = max(heads[room] ?? 0, seq)
        if isMeasuring { answerTimes.record(.now() - since) }
    }

    func answered(since: NIODeadline) {
        tally.answers += 1
        if isMeasuring { answerTimes.record(.now() - since) }
    }

    /// - Parameter clientID: of the event.
    func delivered(_ clientID: UnsafeRawBufferPointer) {
        guard isMeasuring, let schedule, let number = SendTemplate.number(in: clientID) else { return }
        deliveryTimes.record(.now() - schedule.due(number))
    }

    /// Lets all sockets go and forgets everything.
    func clear() {
        stop()
        stop = {}
        for member in members { member.drop() }
        members = []
        (tally, heads, schedule, readyCount, isMeasuring) = (Tally(), [:], nil, 0, false)
    }
}
