import NIOCore

/// Sends one station's share of a schedule, each message when it is due or as soon as the loop gets to it.
final class Pacer {
    private let station: Station
    private let senders: [Member]
    private let schedule: Schedule
    /// Message n belongs to station n % stations.
    private let stations: Int
    private var next: Int
    private var turn = 0
    private var timer: Scheduled<Void>?
    private var isStopped = false

    init(_ station: Station, of stations: Int, _ schedule: Schedule) {
        self.station = station
        self.senders = station.members.filter { $0.sender != nil }
        self.schedule = schedule
        self.stations = stations
        self.next = station.index
    }

    /// From now on deliveries are timed by the schedule, too.
    func start() {
        station.schedule = schedule
        guard !senders.isEmpty else { return }
        station.stop = { [self] in
            timer?.cancel()
            isStopped = true
        }
        wait()
    }

    private func wait() {
        let bound = NIOLoopBound(self, eventLoop: station.eventLoop)
        timer = station.eventLoop.scheduleTask(deadline: schedule.due(next)) { bound.value.sendDue() }
    }

    /// A timer that is due in the same turn of the loop as its cancellation is called all the same.
    private func sendDue() {
        guard !isStopped else { return }
        let count = schedule.count(by: .now())
        while next < count {
            senders[turn].send(next, due: schedule.due(next))
            turn = (turn + 1) % senders.count
            next += stations
        }
        wait()
    }
}
