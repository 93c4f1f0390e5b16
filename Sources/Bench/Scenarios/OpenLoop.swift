import NIOCore

/// As fast as the timetable says, whatever the server does.
struct OpenLoop: Sendable {
    let rooms: Int
    let socketsPerRoom: Int
    /// In all rooms together.
    let senders: Int
    let messagesPerSecond: Double
    /// Whether the time of a commit is measured beside it.
    var probesCommits = false

    func run(_ run: LoadRun, _ report: inout ScenarioReport) async throws {
        let seating = Seating(
            rooms: rooms, socketsPerRoom: socketsPerRoom, senders: senders, accounts: run.options.accounts)
        let crowd = try await run.gather(seating)
        try await run.seat(seating, crowd, depth: 0)
        let probe = probesCommits ? run.target.databaseFolder.flatMap { CommitProbe(folder: $0) } : nil
        let outcome = await Result { try await measure(run) }
        let commit = await probe?.stop()
        let measurement = try outcome.get()
        report.addRate(measurement, measurement.answers, key: "messagesPerSecond", of: "messages", per: "message")
        report.addDeliveries(measurement)
        report.addTimes(measurement.answerTimes, key: "ack", of: "ack", [50, 99, 99.9])
        report.addTimes(measurement.deliveryTimes, key: "delivery", of: "delivery", [50, 99])
        report.addGenerator([measurement])
        if let commit {
            report.addTimes(commit, key: "commit", of: "write and fdatasync of 8 KiB", [50, 99])
            let (acks, usual, slow) = (measurement.answerTimes, commit.percentile(50), commit.percentile(99))
            report.add("ackP50PerCommit", "ack p50 in commits of p50", acks.percentile(50) / usual, .times)
            report.add("ackP99PerCommit", "ack p99 in commits of p50", acks.percentile(99) / usual, .times)
            report.add("ackP99PerSlowCommit", "ack p99 in commits of p99", acks.percentile(99) / slow, .times)
        } else if probesCommits {
            report.notes.append("The database's disk is not known, so its commit time was not measured.")
        }
    }

    private func measure(_ run: LoadRun) async throws -> Measurement {
        let schedule = Schedule(start: .now() + .milliseconds(50), messagesPerSecond: messagesPerSecond)
        return try await run.measure { [fleet = run.fleet] in Pacer($0, of: fleet.count, schedule).start() }
    }
}

extension Result where Failure == any Error {
    /// What an asynchronous body returns or throws.
    init(_ body: () async throws -> Success) async {
        do { self = .success(try await body()) } catch { self = .failure(error) }
    }
}
