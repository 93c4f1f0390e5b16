import ChatCore
import Testing

@testable import Transfer

@Suite struct MembershipChangesTests {
    @Test func beginsAndEndsWithinAndBefore() {
        let changes = MembershipChanges([
            event(7, "ken", .left), event(8, "hana", .joined(.owner, read: 9)), event(9, "hana", .left),
            event(10, "ken", .joined(.member, read: nil)), event(11, "hana", .joined(.member, read: nil)),
        ])
        #expect(changes.closed.map(\.account.description) == ["ken"])
        #expect(changes.closed.map(\.seq) == [7])
        #expect(changes.opened.map(\.account.description) == ["hana", "ken", "hana"])
        #expect(changes.opened.map(\.joined) == [8, 10, 11])
        #expect(changes.opened.map(\.left?.seq) == [9, nil, nil])
        #expect(changes.opened.map(\.role) == [.owner, .member, .member])
    }

    private func event(_ seq: Int64, _ author: String, _ content: EventLine.Content) -> EventLine {
        EventLine(seq: seq, author: Handle(stored: author), at: Timestamp(microseconds: seq), content: content)
    }
}
