import ChatCore
import NIOCore

/// A committed batch, encoded once for every socket that it reaches.
struct Broadcast: Sendable {
    /// The answers to one socket's commands.
    struct Reply: Sendable {
        let socket: SocketID
        var writer = FrameWriter()
        var count = 0
    }

    /// By shard.
    let replies: [[Reply]]
    let rooms: [RoomEvents]
    /// Rooms that may have come further than was announced.
    let unannounced: [RoomName: Int64]
    /// Who has left which room.
    let departures: [(room: RoomName, account: AccountID)]

    /// - Parameter shards: how many there are.
    init(_ batch: CommittedBatch<ReplyAddress>, shards: Int) {
        self.replies = Self.replies(to: batch.answers, shards: shards)
        self.rooms = RoomEvents.byRoom(batch.events)
        self.unannounced = batch.unannounced
        self.departures = batch.answers.compactMap { answer in
            Self.isGone(answer) ? (answer.draft.room, answer.draft.author.id) : nil
        }
    }

    /// Whoever wanted to leave and is told "not a member" has left too, perhaps by a commit whose answer was lost.
    private static func isGone(_ answer: CommittedBatch<ReplyAddress>.Answer) -> Bool {
        guard case .left = answer.draft.content else { return false }
        switch answer.result {
        case .success: return true
        case .failure(let error): return error.code == .notAMember
        }
    }

    private static func replies(to answers: [CommittedBatch<ReplyAddress>.Answer], shards: Int) -> [[Reply]] {
        var replies = [[Reply]](repeating: [], count: shards)
        var places: [SocketID: Int] = [:]
        for answer in answers {
            guard case .socket(let socket, let ref, let dialect) = answer.origin,
                let frame = frame(answer, ref)
            else { continue }
            let place = places[socket] ?? replies[socket.shard].count
            if place == replies[socket.shard].count {
                replies[socket.shard].append(Reply(socket: socket))
                places[socket] = place
            }
            dialect.write(frame, &replies[socket.shard][place].writer)
            replies[socket.shard][place].count += 1
        }
        return replies
    }

    private static func frame(_ answer: CommittedBatch<ReplyAddress>.Answer, _ ref: String?) -> ServerFrame? {
        guard case .message(let clientID, _) = answer.draft.content else { return nil }
        let room = answer.draft.room
        return switch answer.result {
        case .success(let receipt): .ack(room, clientID, receipt, ref: ref)
        case .failure(let error): .error(error, .init(ref: ref, room: room, clientID: clientID))
        }
    }
}
