/// As fast as the server answers: each sender keeps a number of messages in flight and sends the next when one is
/// acknowledged.
struct ClosedLoop: Sendable {
    let rooms: Int
    let socketsPerRoom: Int
    /// In all rooms together.
    let senders: Int
    /// Messages in flight of each sender.
    let depth: Int

    func run(_ run: LoadRun, _ report: inout ScenarioReport) async throws {
        let seating = Seating(
            rooms: rooms, socketsPerRoom: socketsPerRoom, senders: senders, accounts: run.options.accounts)
        let crowd = try await run.gather(seating)
        try await run.seat(seating, crowd, depth: depth)
        let measurement = try await run.measure { station in
            for member in station.members { member.startSending() }
        }
        report.addRate(measurement, measurement.answers, key: "messagesPerSecond", of: "messages", per: "message")
        report.addDeliveries(measurement)
        report.addTimes(measurement.answerTimes, key: "ack", of: "ack", [50, 99, 99.9])
        report.addGenerator([measurement])
    }
}
