import ChatClient

/// Bringing people, rooms, sockets and history into being.
extension LoadRun {
    private static let openAtOnce = 100
    private static let fillers = 64
    private static let fillDepth = 16

    func gather(_ seating: Seating) async throws -> Crowd {
        progress.show("\(name): accounts and rooms")
        return try await Crowd.gather(seating, accounts: options.accounts, found: options.rooms, api)
    }

    /// Opens a socket for each seat and waits until all have subscribed.
    /// - Parameter depth: messages in flight of a sender in a closed loop; 0 in an open one.
    func seat(_ seating: Seating, _ crowd: Crowd, depth: Int) async throws {
        try await open(seating.seats, crowd) { [options] seat, station in
            Member(seat, crowd, station, depth: depth, body: options.body)
        }
    }

    /// Opens sockets, some at once, and waits until they are ready.
    /// - Parameter alreadyOpen: how many sockets are ready before.
    func open(
        _ seats: [Seating.Seat], _ crowd: Crowd, alreadyOpen: Int = 0,
        receiveBuffer: @escaping @Sendable (Seating.Seat) -> Int? = { _ in nil },
        _ make: @escaping @Sendable (Seating.Seat, Station) -> Member
    ) async throws {
        for first in stride(from: 0, to: seats.count, by: Self.openAtOnce) {
            let part = seats[first..<min(first + Self.openAtOnce, seats.count)]
            try await fleet.onEach { [fleet, target] station in
                for seat in part where seat.index % fleet.count == station.index {
                    let member = make(seat, station)
                    station.members.append(member)
                    member.connect(
                        to: target.address, token: crowd.logins[seat.account].token,
                        receiveBuffer: receiveBuffer(seat))
                }
            }
            try await waitUntilReady(alreadyOpen + part.endIndex)
        }
    }

    func waitUntilReady(_ count: Int) async throws {
        try await wait(for: "sockets to be ready", "\(count) of them") { try await fleet.sum(\.readyCount) >= count }
    }

    /// Writes history into rooms, with sockets that do not listen and are gone afterwards; not into rooms that were there.
    /// - Parameter messages: at least that many, by room.
    /// - Returns: the rooms' heads.
    func fill(_ messages: [Int: Int], _ crowd: Crowd, _ seating: Seating) async throws -> [Int: Int64] {
        guard options.rooms == nil else { return try await crowd.heads(seating) }
        let perRoom = max(1, Self.fillers / max(messages.count, 1))
        let seats = Dictionary(grouping: seating.seats.filter { messages[$0.room] != nil }, by: \.room)
            .mapValues { $0.prefix(perRoom) }
        try await open(seats.values.flatMap { $0 }, crowd) { [options] seat, station in
            let room = crowd.rooms[seat.room]
            let share = (messages[seat.room] ?? 0) / (seats[seat.room]?.count ?? 1) + 1
            let template = SendTemplate(room: room, sender: "\(crowd.tag).fill.\(seat.index)", body: options.body)
            return Member(
                station, in: .init(index: seat.room, room: room, backlog: nil),
                sender: Sender(template, depth: Self.fillDepth, limit: share))
        }
        try await fleet.onEach { station in for member in station.members { member.startSending() } }
        try await wait(for: "history to be written") {
            try await fleet.sum { station in station.members.count { $0.sender?.isDone == false } } == 0
        }
        let heads = try await fleet.heads()
        try await fleet.onEach { $0.clear() }
        return heads
    }
}

extension Member {
    /// Someone who listens from now on and, if the seat says so, sends.
    convenience init(_ seat: Seating.Seat, _ crowd: Crowd, _ station: Station, depth: Int, body: Int) {
        let room = crowd.rooms[seat.room]
        let template = SendTemplate(room: room, sender: "\(crowd.tag).\(seat.index)", body: body)
        self.init(
            station, in: .init(index: seat.room, room: room, backlog: 0),
            sender: seat.sends ? Sender(template, depth: depth) : nil)
    }
}
