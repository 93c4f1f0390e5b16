import ChatCore
import Testing

@testable import ChatServer

@Suite struct SessionUsesTests {
    private let uses = SessionUses()

    private func note(_ numbers: Int64...) { for number in numbers { uses.note(SessionID(rawValue: number)) } }
    private var taken: Set<Int64> { Set(uses.take().map(\.rawValue)) }

    @Test func aUseIsTakenOnce() {
        note(1, 2, 1)
        #expect(taken == [1, 2])
        note(1, 3)
        #expect(taken == [3], "that of 1 was noted a moment ago")
        uses.forget()
        note(1)
        #expect(taken == [1])
    }

    @Test func whatCouldNotBeStoredIsTakenAgain() {
        note(1)
        uses.giveBack(uses.take())
        note(2)
        #expect(taken == [1, 2])
        #expect(taken == [])
    }

    @Test func memoryIsBounded() {
        for number in 0...Int64(SessionUses.limit) { note(number) }
        #expect(taken.count == SessionUses.limit)
        note(0)
        #expect(taken == [0])
    }
}
