import ChatCore
import Testing

@testable import Transfer

/// What does not fit together in an export, line by line.
@Suite struct ExportCheckTests {
    private static let good: [ExportRecord] = [
        account("ken"), account("hana"), room("lobby"), event(1, "ken", "joined"), event(2, "ken", "message", "a"),
        event(3, "hana", "joined"), event(4, "hana", "message", "a"), event(5, "ken", "left"),
        event(6, "ken", "joined"),
        event(7, "ken", "message", "b"), room("dev"), event(1, "ken", "joined"), event(2, "ken", "message", "a"),
    ]

    @Test func takesWhatARoomWriterWouldHaveMade() {
        let check = checked(Self.good)
        #expect(check.problems.isEmpty)
        #expect((check.counts.accounts, check.counts.rooms, check.counts.events) == (2, 2, 9))
    }

    /// One line is another one; the problem is named at the line where it is seen.
    @Test(arguments: [
        (2, account("ken"), 3, "another account"), (4, event(3, "ken", "message", "a"), 5, "but 2 comes next"),
        (4, event(1, "ken", "message", "a"), 5, "but 2 comes next"),
        (4, event(2, "nobody", "message", "a"), 5, "no account"),
        (4, event(2, "hana", "message", "a"), 5, "not a member"),
        (5, event(3, "ken", "joined"), 6, "member of the room already"),
        (9, event(7, "ken", "message", "a"), 10, "used the client id"),
        (8, event(6, "ken", "message", "b"), 9, "not a member"), (8, event(6, "ken", "left"), 9, "not a member"),
        (10, room("lobby"), 11, "another room"), (3, event(1, "ken", "joined", read: 1), 4, "above the seq of joining"),
        (3, event(1, "ken", "joined", read: 5), 8, "cannot have read beyond"),
        (8, event(6, "ken", "joined", read: 8), 9, "only 7 events"),
    ])
    func names(_ index: Int, _ record: ExportRecord, _ line: Int, _ part: String) throws {
        var records = Self.good
        records[index] = record
        let check = checked(records)
        let problem = try #require(check.problems.first.first)
        #expect(problem.text.contains(part))
        #expect(problem.place.line == line)
    }

    @Test func countsMoreProblemsThanItKeeps() throws {
        let records = [Self.good[2]] + (1...300).map { Self.event(Int64($0), "nobody", "left") }
        let check = checked(records)
        #expect(check.problems.count == 300)
        #expect(check.problems.first.count == Problems.limit)
        #expect(try #require(check.problems.refusal).description.contains("300 problems, of which the first 100"))
    }

    @Test func bansAreOfAccounts() {
        let ban = RoomLine.Ban(handle: Handle(stored: "nobody"), at: Timestamp(microseconds: 0))
        let line = RoomLine(name: RoomName(stored: "x"), title: "x", createdAt: Timestamp(microseconds: 0), bans: [ban])
        #expect(checked([.room(line)]).problems.count == 1)
    }

    private func checked(_ records: [ExportRecord]) -> ExportCheck {
        var check = ExportCheck()
        for (index, record) in records.enumerated() { check.take(record, at: Place(file: "x", line: index + 1)) }
        check.endRoom()
        return check
    }

    private static func account(_ handle: String) -> ExportRecord {
        .account(
            AccountLine(
                handle: Handle(stored: handle), displayName: DisplayName(stored: handle), role: .member,
                createdAt: Timestamp(microseconds: 0)))
    }

    private static func room(_ name: String) -> ExportRecord {
        .room(RoomLine(name: RoomName(stored: name), title: name, createdAt: Timestamp(microseconds: 0)))
    }

    private static func event(
        _ seq: Int64, _ author: String, _ kind: String, _ id: String = "", read: Int64? = nil
    ) -> ExportRecord {
        let content: EventLine.Content =
            switch kind {
            case "joined": .joined(.member, read: read)
            case "left": .left
            default: .message(ClientID(stored: id), MessageBody(stored: "text"))
            }
        return .event(
            EventLine(seq: seq, author: Handle(stored: author), at: Timestamp(microseconds: seq), content: content))
    }
}
