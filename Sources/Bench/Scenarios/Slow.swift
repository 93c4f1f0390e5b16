import NIOCore

/// What those who do not read cost the others. First everybody reads; then a tenth of the sockets takes nothing more from
/// its connection. The messages are long, or the kernel's buffers would take them all for minutes.
struct Slow: Sendable {
    let rooms = 10
    let socketsPerRoom = 100
    let senders = 50
    let stalledPerRoom = 10
    let messagesPerSecond = 150.0
    let body = 8_000
    /// Of the connections that will stall, in bytes.
    let receiveBuffer = 4_096

    func run(_ run: LoadRun, _ report: inout ScenarioReport) async throws {
        try await seat(run)
        let schedule = Schedule(start: .now() + .milliseconds(50), messagesPerSecond: messagesPerSecond)
        try await run.fleet.onEach { [fleet = run.fleet] in Pacer($0, of: fleet.count, schedule).start() }
        try await run.pause(run.options.warmup, "warming up")
        let reading = try await run.measureRunning(run.options.seconds)
        let base = run.target.process?.residentBytes
        let (stalled, peak) = try await withThrowingTaskGroup(of: Int?.self) { group in
            group.addTask { await run.target.process?.peakResidentBytes() }
            try await run.fleet.onEach { for member in $0.members where member.mayEnd { member.stopReading() } }
            let stalled = try await run.measureRunning(run.options.seconds)
            group.cancelAll()
            return (stalled, try await group.next() ?? nil)
        }
        try await run.finishSending()
        try await run.fleet.onEach { for member in $0.members { member.startReading() } }
        try await run.finishReceiving()
        report.addTimes(reading.answerTimes, key: "ack", of: "ack, all read", [50, 99])
        report.addTimes(stalled.answerTimes, key: "ackWithStalled", of: "ack, 100 stalled", [50, 99])
        report.addTimes(reading.deliveryTimes, key: "delivery", of: "delivery, all read", [50, 99])
        report.addTimes(stalled.deliveryTimes, key: "deliveryWithStalled", of: "delivery, 100 stalled", [50, 99])
        report.addMemory("serverBaseMebibytes", "server memory before", base)
        report.addMemory("serverPeakMebibytes", "server memory, peak", peak)
        let ended = try await run.fleet.sum { station in station.members.count { $0.hasEnded } }
        report.add("stalledSocketsClosed", "stalled sockets that the server closed", Double(ended), .count)
        report.addGenerator([reading, stalled])
    }

    private func seat(_ run: LoadRun) async throws {
        let seating = Seating(
            rooms: rooms, socketsPerRoom: socketsPerRoom, senders: senders, accounts: run.options.accounts)
        let crowd = try await run.gather(seating)
        let firstStalled = (socketsPerRoom - stalledPerRoom) * rooms
        let smallBuffer: @Sendable (Seating.Seat) -> Int? = { [receiveBuffer] seat in
            seat.index < firstStalled ? nil : receiveBuffer
        }
        let member: @Sendable (Seating.Seat, Station) -> Member = { [body] seat, station in
            let member = Member(seat, crowd, station, depth: 0, body: body)
            member.mayEnd = seat.index >= firstStalled
            return member
        }
        try await run.open(seating.seats, crowd, receiveBuffer: smallBuffer, member)
    }
}

extension ProcessGauge {
    /// The most memory that is seen until the task is cancelled, in bytes.
    fileprivate func peakResidentBytes() async -> Int? {
        var peak = residentBytes
        while !Task.isCancelled {
            try? await Task.sleep(for: .milliseconds(200))
            peak = [peak, residentBytes].compactMap { $0 }.max()
        }
        return peak
    }
}
