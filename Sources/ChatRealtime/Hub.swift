package import ChatCore
package import NIOCore

/// Where an answer of the room writer goes.
package enum ReplyAddress: Sendable {
    case socket(SocketID, ref: String?, in: Dialect)
    case caller(@Sendable (Result<Receipt, ChatError>) -> Void)
}

/// The number of a socket; its event loop knows the socket by it.
package struct SocketID: Sendable, Hashable {
    let shard: Int
    let number: UInt64
}

/// All live sockets, in one ``Shard`` an event loop. A broadcast is encoded once and costs one hop a loop.
package final class Hub: Sendable {
    let recent = RecentEvents()
    private let shards: [(eventLoop: any EventLoop, shard: NIOLoopBound<Shard>)]

    /// Makes a shard on each event loop of the group.
    package init(_ group: any EventLoopGroup) async throws {
        var shards: [(any EventLoop, NIOLoopBound<Shard>)] = []
        for (index, eventLoop) in Array(group.makeIterator()).enumerated() {
            let shard = try await eventLoop.submit {
                NIOLoopBound(Shard(index: index, eventLoop: eventLoop), eventLoop: eventLoop)
            }.get()
            shards.append((eventLoop, shard))
        }
        self.shards = shards
    }

    /// Of one loop, the one that is running: for a simulation.
    /// - Parameter turn: sockets that are served before the loop looks at its connections.
    package init(on eventLoop: any EventLoop, turn: Int) {
        let shard = Shard(index: 0, eventLoop: eventLoop, turn: turn)
        shards = [(eventLoop, NIOLoopBound(shard, eventLoop: eventLoop))]
    }

    /// Announces what was committed and answers who asked for it.
    package func publish(_ batch: CommittedBatch<ReplyAddress>) {
        let broadcast = Broadcast(batch, shards: shards.count)
        recent.announce(broadcast.rooms)
        recent.catchUp(to: broadcast.unannounced)
        for (eventLoop, shard) in shards {
            eventLoop.execute { shard.value.deliver(broadcast) }
        }
        for answer in batch.answers {
            if case .caller(let reply) = answer.origin { reply(answer.result) }
        }
    }

    /// Tells the sockets of an account, all but one, how far it has read.
    package func tell(_ account: AccountID, _ marker: ReadMarker, except one: SocketID? = nil) {
        for (eventLoop, shard) in shards {
            eventLoop.execute { shard.value.say(.read(marker, ref: nil), to: account, except: one) }
        }
    }

    /// Tells who follows the room here that the account is about to say something, if they have nothing better to do.
    func tell(_ room: RoomName, typing account: Account) {
        for (eventLoop, shard) in shards {
            eventLoop.execute { shard.value.pass(.typing(room, account, ref: nil), in: room, of: account.id) }
        }
    }

    /// Sockets whose connection is there, those that are just being closed among them.
    package func connections() async throws -> Int {
        var count = 0
        for (eventLoop, shard) in shards { count += try await eventLoop.submit { shard.value.connections }.get() }
        return count
    }

    /// The rooms that somebody here is subscribed to.
    package func subscribedRooms() async throws -> Set<RoomName> {
        var rooms: Set<RoomName> = []
        for (eventLoop, shard) in shards {
            rooms.formUnion(try await eventLoop.submit { Set(shard.value.subscribedRooms) }.get())
        }
        return rooms
    }

    /// Lets subscriptions that have not come as far as these heads read the log.
    package func catchUp(to heads: [RoomName: Int64]) {
        recent.catchUp(to: heads)
        for (eventLoop, shard) in shards {
            eventLoop.execute { shard.value.catchUp(to: heads) }
        }
    }

    /// What logs have shown is not what they show now: what is remembered of them is forgotten.
    package func forgetLogs() { recent.clear() }

    /// Who may not be in a room any more, by whatever way: what their sockets hear next of it, the log has said.
    package func doubt(_ memberships: [(room: RoomName, account: AccountID)]) {
        guard !memberships.isEmpty else { return }
        for (eventLoop, shard) in shards {
            eventLoop.execute { for (room, account) in memberships { shard.value.doubt(room, of: account) } }
        }
    }

    /// Rooms that may be gone: the same for everybody who follows them.
    package func doubt(_ rooms: Set<RoomName>) {
        guard !rooms.isEmpty else { return }
        for (eventLoop, shard) in shards {
            eventLoop.execute { for room in rooms { shard.value.doubt(room) } }
        }
    }

    /// The log is another one: what is remembered of it is forgotten, and every socket comes back to begin anew.
    package func startOver() {
        recent.clear()
        for (eventLoop, shard) in shards {
            eventLoop.execute { shard.value.startOver() }
        }
    }

    /// Closes every socket of these sessions.
    package func end(_ sessions: Set<SessionID>) {
        guard !sessions.isEmpty else { return }
        for (eventLoop, shard) in shards {
            eventLoop.execute { shard.value.end(sessions) }
        }
    }

    /// The sessions that have a socket open.
    package func openSessions() async throws -> Set<SessionID> {
        var sessions: Set<SessionID> = []
        for (eventLoop, shard) in shards {
            sessions.formUnion(try await eventLoop.submit { shard.value.openSessions }.get())
        }
        return sessions
    }

    var shardCount: Int { shards.count }

    /// The shard of the loop that is running.
    func shard(on eventLoop: any EventLoop) -> Shard? {
        shards.first { $0.eventLoop === eventLoop }?.shard.value
    }
}
