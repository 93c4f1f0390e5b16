/// Which socket sits in which room, as whom. Decides; opens nothing.
struct Seating: Sendable {
    struct Seat: Sendable, Hashable {
        let index: Int
        let room: Int
        let account: Int
        let sends: Bool
    }

    /// An account in a room.
    struct Membership: Sendable, Hashable {
        let room: Int
        let account: Int
    }

    let rooms: Int
    let seats: [Seat]

    /// - Parameters:
    ///   - accounts: how many there are; a room's sockets use as many of them as possible.
    ///   - senders: in all rooms together; a multiple of `rooms`, the first sockets of each.
    init(rooms: Int, socketsPerRoom: Int, senders: Int, accounts: Int) {
        let sendersPerRoom = rooms > 0 ? senders / rooms : 0
        self.rooms = rooms
        self.seats = (0..<rooms * socketsPerRoom).map { index in
            // Neighbours by number sit in different rooms, so that opening them in order spreads the work.
            let (place, room) = index.quotientAndRemainder(dividingBy: rooms)
            let account = (room * socketsPerRoom + place) % max(accounts, 1)
            return Seat(index: index, room: room, account: account, sends: place < sendersPerRoom)
        }
    }

    /// Who sits in a room, with repeats.
    func accounts(in room: Int) -> [Int] { seats.filter { $0.room == room }.map(\.account) }

    /// Who has to join, each once.
    var memberships: [Membership] {
        var seen: Set<Membership> = []
        return seats.map { Membership(room: $0.room, account: $0.account) }.filter { seen.insert($0).inserted }
    }
}
