import NIOCore

/// What those who do not read cost the others. First everybody reads; then a hundred sockets in a busy room take nothing
/// more from their connections.
struct Slow: Sendable {
    /// Where everybody reads.
    let rooms = 9
    /// Of these rooms, and of the busy one.
    let socketsPerRoom = 100
    let sendersPerRoom = 5
    /// Who sends to the busy room, on sockets that do not listen: as much as all others together and more.
    let feeders = 50
    let messagesPerSecond = 285.0
    let body = 8_000
    /// Of the connections that will stall, in bytes.
    let receiveBuffer = 4_096
    /// Events that one of those may lack before it is told that it is behind.
    let patience = 20
    /// Until the kernel's buffers are full, 4 MiB at most, and so is what the server keeps for a socket, 1 MiB; in seconds.
    let filling = 6.0

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
            try await run.pause(filling, "filling the buffers of those who do not read")
            let stalled = try await run.measureRunning(run.options.seconds)
            group.cancelAll()
            return (stalled, try await group.next() ?? nil)
        }
        try await run.finishSending()
        try await run.fleet.onEach { for member in $0.members { member.startReading() } }
        try await run.finishReceiving()
        add(reading, stalled, &report)
        addMemory(base, peak, &report)
        try await addStalled(run, &report)
        report.addGenerator([reading, stalled])
    }

    private func add(_ reading: Measurement, _ stalled: Measurement, _ report: inout ScenarioReport) {
        report.addTimes(reading.answerTimes, key: "ack", of: "ack, all read", [50, 99])
        report.addTimes(stalled.answerTimes, key: "ackWithStalled", of: "ack, 100 stalled", [50, 99])
        report.addTimes(reading.deliveryTimes, key: "delivery", of: "delivery, all read", [50, 99])
        report.addTimes(stalled.deliveryTimes, key: "deliveryWithStalled", of: "delivery, 100 stalled", [50, 99])
        let pairs = [
            ("ack", reading.answerTimes, stalled.answerTimes),
            ("delivery", reading.deliveryTimes, stalled.deliveryTimes),
        ]
        for (what, before, after) in pairs {
            let ratio = after.percentile(99) / max(before.percentile(99), 0.001)
            report.add("\(what)P99Ratio", "\(what) p99, 100 stalled to all read", ratio, .times, atMost: 1.2)
        }
    }

    /// The server may keep 1 MiB for each who does not read, and a tenth of that beside.
    private func addMemory(_ base: Int?, _ peak: Int?, _ report: inout ScenarioReport) {
        guard let base, let peak else { return }
        report.addMemory("serverBaseMebibytes", "server memory before", base)
        let limit = Double(base) / 1_048_576 + Double(socketsPerRoom) * 1.1
        report.add(
            "serverPeakMebibytes", "server memory, peak", Double(peak) / 1_048_576, .mebibytes, atMost: limit)
    }

    /// Without these the server had nothing to bear.
    private func addStalled(_ run: LoadRun, _ report: inout ScenarioReport) async throws {
        let ended = try await run.fleet.sum { station in station.members.count { $0.hasEnded } }
        let behind = try await run.fleet.sum { station in
            station.members.count { $0.hasFallenBehind && !$0.hasEnded }
        }
        report.add("stalledSocketsBehind", "stalled sockets that fell behind", Double(behind), .count)
        report.add("stalledSocketsClosed", "stalled sockets that the server closed", Double(ended), .count)
        if behind + ended < socketsPerRoom {
            report.failures.append(
                "Only \(behind + ended) of \(socketsPerRoom) sockets that did not read fell behind or were closed: "
                    + "the kernel has kept the rest, and the figures say nothing.")
        }
    }

    private func seat(_ run: LoadRun) async throws {
        let busy = rooms
        let seating = Seating(
            rooms: rooms + 1, socketsPerRoom: socketsPerRoom, senders: sendersPerRoom * (rooms + 1),
            accounts: run.options.accounts)
        let crowd = try await run.gather(seating)
        let smallBuffer: @Sendable (Seating.Seat) -> Int? = { [receiveBuffer] seat in
            seat.room == busy ? receiveBuffer : nil
        }
        try await run.open(seating.seats, crowd, receiveBuffer: smallBuffer) { [body, patience] seat, station in
            guard seat.room == busy else { return Member(seat, crowd, station, depth: 0, body: body) }
            let member = Member(
                station, in: .init(index: busy, room: crowd.rooms[busy], backlog: 0, patience: patience))
            member.mayEnd = true
            return member
        }
        let feeders = (0..<feeders).map { number in
            Seating.Seat(
                index: seating.seats.count + number, room: busy, account: seating.accounts(in: busy)[0], sends: true)
        }
        try await run.open(feeders, crowd, alreadyOpen: seating.seats.count) { [body] seat, station in
            let template = SendTemplate(
                room: crowd.rooms[busy], sender: "\(crowd.tag).\(seat.index)", body: body)
            return Member(
                station, in: .init(index: busy, room: crowd.rooms[busy], backlog: nil),
                sender: Sender(template, depth: 0))
        }
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
