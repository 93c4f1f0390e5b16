import ChatClient
import NIOCore

/// Reading history as fast as the server answers: the newest page of a few rooms ("warm"), and pages anywhere in a large
/// room, or in several that were there ("cold").
struct History: Sendable {
    enum Way: Sendable {
        case socket
        case http
    }

    let way: Way
    let readers = 16
    let warmRooms = 4
    let messages = 100_000
    /// If there is no need to fill them.
    let largeRooms = 16

    func run(_ run: LoadRun, _ report: inout ScenarioReport) async throws {
        let coldRooms = run.options.rooms == nil ? 1 : largeRooms
        let seating = Seating(
            rooms: warmRooms + coldRooms, socketsPerRoom: readers, senders: 0, accounts: run.options.accounts)
        let crowd = try await run.gather(seating)
        var amounts = Dictionary(uniqueKeysWithValues: (0..<warmRooms).map { ($0, 60) })
        amounts[warmRooms] = messages
        let heads = try await run.fill(amounts, crowd, seating)
        var measurements: [Measurement] = []
        for kind in ["warm", "cold"] {
            let shelves = (kind == "warm" ? 0..<warmRooms : warmRooms..<seating.rooms).map { room in
                Shelf(
                    room: crowd.rooms[room], head: heads[room] ?? 0, isRandom: kind == "cold",
                    tokens: seating.seats.filter { $0.room == room }.map { crowd.logins[$0.account].token })
            }
            let measurement = try await measure(run, shelves)
            report.addRate(
                measurement, measurement.answers, key: "\(kind)ReadsPerSecond", of: "\(kind) reads",
                per: "\(kind) read")
            report.addTimes(measurement.answerTimes, key: "\(kind)Read", of: "\(kind) read", [50, 99])
            measurements.append(measurement)
        }
        report.addGenerator(measurements)
    }

    /// - Parameter shelves: the readers are spread over them.
    private func measure(_ run: LoadRun, _ shelves: [Shelf]) async throws -> Measurement {
        try await run.measure { [self, fleet = run.fleet, target = run.target] station in
            let mine = (0..<readers).filter { $0 % fleet.count == station.index }
            let readers: [any HistoryReader] = mine.map { index in
                let shelf = shelves[index % shelves.count]
                let token = shelf.tokens[index % shelf.tokens.count]
                return switch way {
                case .socket: SocketReader(station, target.address, token: token, shelf)
                case .http: HTTPReader(station, target.address, token: token, shelf)
                }
            }
            station.stop = { for reader in readers { reader.stop() } }
            for reader in readers { reader.begin() }
        }
    }
}

/// A room to read from.
struct Shelf: Sendable {
    let room: String
    let head: Int64
    /// Anywhere in the room instead of its end.
    let isRandom: Bool
    /// Of its members.
    let tokens: [String]

    func nextRequest() -> HistoryPage.Request {
        let first = Int64(HistoryPage.size) + 1
        return isRandom && head > first ? .before(.random(in: first...head)) : .newest
    }
}

protocol HistoryReader: AnyObject {
    func begin()
    func stop()
}
