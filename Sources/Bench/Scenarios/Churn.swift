import ChatClient
import NIOCore

/// Workers that connect, read the newest 50 messages of a room, drop the connection and begin again.
struct Churn: Sendable {
    let workers = 64
    let rooms = 8

    func run(_ run: LoadRun, _ report: inout ScenarioReport) async throws {
        let seating = Seating(
            rooms: rooms, socketsPerRoom: workers / rooms, senders: 0, accounts: run.options.accounts)
        let crowd = try await run.gather(seating)
        _ = try await run.fill(Dictionary(uniqueKeysWithValues: (0..<rooms).map { ($0, 60) }), crowd, seating)
        let measurement = try await run.measure { [fleet = run.fleet, target = run.target] station in
            let seats = seating.seats.filter { $0.index % fleet.count == station.index }
            let workers = seats.map { seat in
                ChurnWorker(
                    station, target.address, token: crowd.logins[seat.account].token,
                    .init(index: seat.room, room: crowd.rooms[seat.room], backlog: Member.page))
            }
            station.stop = { for worker in workers { worker.stop() } }
            for worker in workers { worker.begin() }
        }
        report.addRate(measurement, measurement.answers, key: "cyclesPerSecond", of: "cycles", per: "cycle")
        report.addTimes(measurement.answerTimes, key: "cycle", of: "cycle", [50, 99])
        report.addGenerator([measurement])
    }
}

private final class ChurnWorker {
    private let station: Station
    private let address: ServerAddress
    private let token: String
    private let place: Member.Place
    private var current: Member?
    private var isStopped = false

    init(_ station: Station, _ address: ServerAddress, token: String, _ place: Member.Place) {
        self.station = station
        self.address = address
        self.token = token
        self.place = place
    }

    func begin() {
        guard !isStopped else { return }
        let since = NIODeadline.now()
        let member = Member(station, in: place) { [self] member in
            station.answered(since: since)
            member.drop()
            begin()
        }
        current = member
        member.connect(to: address, token: token)
    }

    func stop() {
        isStopped = true
        current?.drop()
        current = nil
    }
}
