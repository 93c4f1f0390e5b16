import Testing

@testable import Passwords

@Suite struct SlotQueueTests {
    @Test func servesWhoCameFirst() {
        var queue = SlotQueue<String, String>(free: ["a"], limit: 2)
        #expect(queue.enters(1, "Hanako") == "has a")
        #expect(queue.enters(2, "Taro") == "waits")
        #expect(queue.enters(3, "Alice") == "waits")
        #expect(queue.enters(4, "Bob") == "is refused")
        #expect(queue.giveBack("a") == "Taro")
        #expect(queue.enters(5, "Bob") == "waits")
        #expect(queue.giveBack("a") == "Alice")
        #expect(queue.giveBack("a") == "Bob")
        #expect(queue.giveBack("a") == nil)
        #expect(queue.enters(6, "Hanako") == "has a")
    }

    @Test func forgetsWhoLeaves() {
        var queue = SlotQueue<String, String>(free: ["a"], limit: 2)
        #expect(queue.enters(1, "Hanako") == "has a")
        #expect(queue.enters(2, "Taro") == "waits")
        #expect(queue.enters(3, "Alice") == "waits")
        #expect(queue.leave(2) == "Taro")
        #expect(queue.leave(2) == nil)
        #expect(queue.leave(1) == nil)
        #expect(queue.giveBack("a") == "Alice")
    }

    @Test func closesOnce() {
        var queue = SlotQueue<String, String>(free: ["a"], limit: 2)
        #expect(queue.enters(1, "Hanako") == "has a")
        #expect(queue.enters(2, "Taro") == "waits")
        #expect(queue.close() == ["Taro"])
        #expect(queue.giveBack("a") == nil)
        #expect(queue.enters(3, "Alice") == "is closed")
        #expect(queue.close() == [])
    }
}

extension SlotQueue<String, String> {
    fileprivate mutating func enters(_ id: Int, _ waiter: String) -> String {
        switch enter(id, waiter) {
        case .hasSlot(let slot): "has \(slot)"
        case .waits: "waits"
        case .isRefused: "is refused"
        case .isClosed: "is closed"
        }
    }
}
