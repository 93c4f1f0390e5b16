/// What a socket costs that does nothing.
struct Idle: Sendable {
    let sockets = 10_000

    func run(_ run: LoadRun, _ report: inout ScenarioReport) async throws {
        // No rooms of its own: the accounts are in the default room, and nobody subscribes.
        let crowd = try await run.gather(Seating(rooms: 0, socketsPerRoom: 0, senders: 0, accounts: 0))
        let accounts = crowd.logins.count
        let seats = (0..<sockets).map { Seating.Seat(index: $0, room: 0, account: $0 % accounts, sends: false) }
        // The first sockets make the server get what it keeps anyway.
        try await run.open(Array(seats[..<accounts]), crowd) { _, station in Member(station, in: nil) }
        try await run.pause(1, "settling")
        let memoryBefore = run.target.process?.residentBytes
        let before = try await Sample(run.target, run.fleet)
        try await run.open(Array(seats[accounts...]), crowd, alreadyOpen: accounts) { _, station in
            Member(station, in: nil)
        }
        let after = try await Sample(run.target, run.fleet)
        try await run.pause(1, "settling")
        let memoryAfter = run.target.process?.residentBytes
        let added = sockets - accounts
        let measurement = Measurement(from: before, to: after, threads: run.fleet.count)
        if let memoryBefore, let memoryAfter {
            let bytes = Double(memoryAfter - memoryBefore) / Double(added)
            report.add("serverKibibytesPerSocket", "server memory per socket", bytes / 1024, .kibibytes)
            report.addMemory("serverMebibytes", "server memory in all", memoryAfter)
        }
        report.addRate(measurement, added, key: "connectsPerSecond", of: "connects", per: "connect")
        report.addGenerator([measurement])
    }
}
