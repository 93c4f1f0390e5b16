import ChatCore
import NIOCore
import Testing

@testable import ChatRealtime

@Suite struct RoomFeedTests {
    private let room = RoomName(stored: "lobby")
    private let alice = Account(
        id: AccountID(rawValue: 1), handle: Handle(stored: "alice"), displayName: DisplayName(stored: "Alice"))

    private func run(_ seqs: ClosedRange<Int64>, characters: Int = 1) throws -> EventRun {
        let body = try MessageBody(String(repeating: "語", count: characters))
        return EventRun(
            room,
            try seqs.map { seq in
                let content = Event.Content.message(try ClientID("n\(seq)"), body)
                return Event(room: room, seq: seq, author: alice, at: Timestamp(microseconds: 0), content: content)
            })
    }

    private func feed(_ runs: [ClosedRange<Int64>], characters: Int = 1) throws -> RoomFeed {
        let feed = RoomFeed()
        for seqs in runs { feed.append(try run(seqs, characters: characters)) }
        return feed
    }

    /// What a socket that stands at `seq` gets, turn by turn.
    private func served(_ feed: RoomFeed, above seq: Int64) -> [ClosedRange<Int64>] {
        var pieces: [ClosedRange<Int64>] = []
        var seq = seq
        while let piece = feed.events(above: seq) {
            pieces.append(piece.first...piece.last)
            seq = piece.last
        }
        return pieces
    }

    @Test func joinsWhatFollowsWithoutAHole() throws {
        let feed = try feed([1...3, 4...4, 5...9])
        #expect(served(feed, above: 0) == [1...9])
        #expect(served(feed, above: 2) == [3...9])
        // The last run is passed on as it came; its socket cuts it.
        #expect(served(feed, above: 7) == [5...9])
        #expect(served(feed, above: 9) == [])
        let piece = try #require(feed.events(above: 2))
        #expect(piece.frames(above: 2) == (try run(3...9)).frames(above: 0))
        #expect(piece.frames(above: 5) == (try run(6...9)).frames(above: 0))
    }

    @Test func joinsNothingAcrossAHole() throws {
        let feed = try feed([1...2, 3...3, 6...7, 8...8])
        // At 6 the socket sees that something is missing, and reads the log.
        #expect(served(feed, above: 0) == [1...3, 6...7, 8...8])
    }

    /// So a socket's budget cannot be passed by much in one write.
    @Test func joinsNoMoreThanAQuarterOfAMebibyte() throws {
        let feed = try feed((1...100).map { $0...$0 }, characters: 5_000)
        let sizes = served(feed, above: 0).map(\.count)
        #expect(sizes.max() == 18 && sizes.reduce(0, +) == 100, "\(sizes)")
    }

    @Test func keepsWhatSomebodyMayStillLack() throws {
        let feed = try feed([1...2])
        feed.beginRound(isLast: false)
        feed.append(try run(3...3))
        // In this round a socket that began before 3 came may still be at 0.
        #expect(served(feed, above: 0) == [1...3])
        feed.beginRound(isLast: false)
        #expect(served(feed, above: 0) == [3...3])
        feed.beginRound(isLast: true)
        #expect(feed.isEmpty && feed.last == 0)
    }
}
