import ChatCore
import ChatRealtime
import NIOCore
import NIOEmbedded

/// Sockets, their subscriptions and the shard under a seeded scheduler: whatever the log, the writer and the network do
/// in whatever order, every client gets every event once and in order, or is told of the gap, and every command is
/// answered once.
package final class SocketSimulation {
    private let names = ["a", "b"].map { RoomName(stored: $0) }
    private let people = (1...3).map { number in
        Account(
            id: AccountID(rawValue: Int64(number)), handle: Handle(stored: "p\(number)"),
            displayName: DisplayName(stored: "p\(number)"))
    }
    private let loop = EmbeddedEventLoop()
    private let random: SimulationRandom
    private let hub: Hub
    private let rooms: SimulatedRooms
    private let clients: [SimulatedClient]

    package init(seed: UInt64) {
        random = SimulationRandom(seed: seed)
        rooms = SimulatedRooms(random, names, members: people)
        let hub = Hub(on: loop, turn: 1 + random.below(4))
        self.hub = hub
        let environment = SocketSession.Environment(
            hub: hub, rooms: rooms.access, serverVersion: "0", heartbeat: .hours(1), messageBytes: 65_536)
        // Two devices of the first, one of the second; the third only writes.
        clients = [people[0], people[0], people[1]].map { [loop, rooms] in
            SimulatedClient($0, rooms, environment, on: loop)
        }
        rooms.publish = { hub.publish($0) }
    }

    /// - Returns: what broke a promise.
    package func run(steps: Int) -> [String] {
        for _ in 0..<steps {
            step()
            for client in clients { client.listen() }
        }
        settle()
        var faults = clients.flatMap(\.faults)
        for (index, client) in clients.enumerated() {
            if !client.isSettled { faults.append("client \(index) has commands without an answer") }
            guard !client.wire.isClosed else { continue }
            for name in names where !client.isLevel(with: name, head: rooms.rooms[name]?.head ?? 0) {
                faults.append("client \(index) has not all of \(name)")
            }
            for name in names where client.follows(name) {
                guard rooms.rooms[name]?.members.contains(client.account.id) != true else { continue }
                faults.append("client \(index) follows \(name) and is no member")
            }
        }
        for client in clients { _ = try? client.channel.finish(acceptAlreadyClosed: true) }
        return faults
    }

    private func step() {
        let client = clients[random.below(clients.count)]
        switch random.below(20) {
        case ..<5: client.ask(names, random)
        case ..<9: rooms.answerOne()
        case ..<12: rooms.commitSome()
        case ..<14: rooms.announceOne()
        case ..<16: write()
        case ..<18: client.wire.drain(random.below(5000))
        case 18: remove()
        default: loop.advanceTime(by: .milliseconds(Int64(random.below(100))))
        }
        loop.run()
    }

    /// Somebody joins, leaves, or has much to say.
    private func write() {
        let author = people[random.below(people.count)]
        let name = names[random.below(names.count)]
        let content: Event.Content =
            switch random.below(8) {
            case 0: .left
            case 1, 2: .joined
            default: .message(ClientID(stored: "x"), MessageBody(stored: "hello"))
            }
        let count = 1 + random.below(random.chance(of: 70) ? 3 : 25)
        let isMessage = content != .left && content != .joined
        rooms.write(Draft(room: name, author: author, content: content), count: isMessage ? count : 1)
    }

    /// Another program takes somebody out of a room, and the server hears of it.
    private func remove() {
        let (account, room) = (people[random.below(people.count)], names[random.below(names.count)])
        rooms.remove(account, from: room)
        hub.doubt([(room, account.id)])
    }

    /// Everything works again; half of the time the server then stops, and has to answer before it does.
    private func settle() {
        rooms.mend()
        if random.chance(of: 50) { stop(clients[random.below(clients.count)]) }
        for name in names {
            for content in [Event.Content.joined, .message(ClientID(stored: "y"), MessageBody(stored: "last"))] {
                rooms.write(Draft(room: name, author: people[2], content: content), count: 1)
            }
        }
        for _ in 0..<4 {
            var rounds = 0
            while !rooms.isIdle || !isDrained, rounds < 2000 {
                rounds += 1
                rooms.commitSome()
                rooms.announceOne()
                rooms.answerOne()
                for client in clients { client.wire.drain(.max) }
                loop.run()
            }
            loop.advanceTime(by: .seconds(2))
        }
        for client in clients { client.listen() }
    }

    private var isDrained: Bool { clients.allSatisfy { $0.wire.isDrained } }

    private func stop(_ client: SimulatedClient) {
        client.channel.pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent())
    }
}
