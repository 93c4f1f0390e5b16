import ChatCore
import NIOCore
import Testing

@testable import ChatRealtime

@Suite struct BroadcastTests {
    private let room = RoomName(stored: "lobby")
    private let alice = Account(
        id: AccountID(rawValue: 1), handle: Handle(stored: "alice"), displayName: DisplayName(stored: "Alice"))

    private func departures(_ result: Result<Receipt, ChatError>) -> Int {
        let draft = Draft(room: room, author: alice, content: .left)
        let answer = CommittedBatch<ReplyAddress>.Answer(draft: draft, origin: .caller { _ in }, result: result)
        return Broadcast(CommittedBatch(answers: [answer], events: []), shards: 1).departures.count
    }

    /// A leave whose commit was not confirmed is tried again and then finds nobody to leave: the sockets must still go.
    @Test func evictsWhoIsNotAMember() {
        #expect(departures(.success(Receipt(seq: 2, at: Timestamp(microseconds: 0), duplicate: false))) == 1)
        #expect(departures(.failure(.notAMember(room))) == 1)
        #expect(departures(.failure(.overloaded("Later."))) == 0)
    }

    @Test func cutsARunWhereASocketStands() {
        let events = (5...8).map { seq in
            Event(room: room, seq: Int64(seq), author: alice, at: Timestamp(microseconds: 0), content: .joined)
        }
        let run = EventRun(room, events)
        let whole = run.frames(above: 4).readableBytes
        #expect(run.frames(above: 0).readableBytes == whole)
        #expect(run.frames(above: 6).readableBytes == whole / 2)
        #expect(run.frames(above: 8).readableBytes == 0)
        #expect(run.frames(above: .max).readableBytes == 0)
    }
}
