import ChatClient

/// All sockets lose their connection at once and come back: with the session's token, so without a password, and each
/// asks for the newest 50 messages.
struct Storm: Sendable {
    let rooms = 30
    let socketsPerRoom = 100
    let rounds = 3

    func run(_ run: LoadRun, _ report: inout ScenarioReport) async throws {
        let seating = Seating(
            rooms: rooms, socketsPerRoom: socketsPerRoom, senders: 0, accounts: run.options.accounts)
        let crowd = try await run.gather(seating)
        _ = try await run.fill(Dictionary(uniqueKeysWithValues: (0..<rooms).map { ($0, 60) }), crowd, seating)
        try await run.seat(seating, crowd, depth: 0)
        try await run.pause(1, "settling")
        let before = try await Sample(run.target, run.fleet)
        for _ in 0..<rounds {
            try await comeBack(run, crowd, seating)
            try await run.waitUntilReady(seating.seats.count)
        }
        let after = try await Sample(run.target, run.fleet)
        let measurement = Measurement(from: before, to: after, threads: run.fleet.count)
        report.addRate(
            measurement, seating.seats.count * rounds, key: "reconnectsPerSecond", of: "reconnects", per: "reconnect")
        report.add("returnSeconds", "until all 3,000 are back", measurement.seconds / Double(rounds), .seconds)
        let retries = after.tally.retries - before.tally.retries
        report.add("retries", "failed attempts, made again", Double(retries), .count)
        report.addGenerator([measurement])
    }

    private func comeBack(_ run: LoadRun, _ crowd: Crowd, _ seating: Seating) async throws {
        try await run.fleet.onEach { [fleet = run.fleet, target = run.target] station in
            for member in station.members { member.drop() }
            station.members = []
            station.readyCount = 0
            for seat in seating.seats where seat.index % fleet.count == station.index {
                let member = Member(
                    station, in: .init(index: seat.room, room: crowd.rooms[seat.room], backlog: Member.page))
                station.members.append(member)
                member.connect(to: target.address, token: crowd.logins[seat.account].token, persists: true)
            }
        }
    }
}
