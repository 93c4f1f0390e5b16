import ChatCore
import Testing

@testable import Transfer

/// What a channel's stretch adds, and that it adds nothing twice.
@Suite struct SlackRoomPlanTests {
    private let ken = Handle(stored: "ken")

    @Test func whoWritesIsAMember() throws {
        var plan = SlackRoomPlan(head: 4, standings: [:], stored: [])
        #expect(plan.add(try MessageBody("a"), key("1"), at: time(1)))
        #expect(plan.add(try MessageBody("b"), key("2"), at: time(2)))
        #expect(!plan.add(try MessageBody("b"), key("2"), at: time(2)))
        #expect(plan.events.map(\.seq) == [5, 6, 7])
        #expect(plan.events.map(\.at) == [time(1), time(1), time(2)])
        #expect(kinds(plan) == ["joined", "message", "message"])
    }

    @Test func changesOfMembershipCountOnce() throws {
        var first = SlackRoomPlan(head: 0, standings: [:], stored: [])
        run(&first)
        #expect(kinds(first) == ["joined", "message", "left", "joined", "message"])
        // What the database says after that.
        let after = SlackRoomPlan.Standing(joinedAt: time(5), leftAt: time(4))
        var second = SlackRoomPlan(head: 5, standings: [ken: after], stored: [key("1"), key("6")])
        run(&second)
        #expect(second.events.isEmpty)
    }

    @Test func whatHappenedHereSinceStays() {
        let left = SlackRoomPlan.Standing(joinedAt: nil, leftAt: time(100))
        var plan = SlackRoomPlan(head: 9, standings: [ken: left], stored: [])
        plan.join(ken, at: time(5))
        #expect(plan.events.isEmpty)
        let back = SlackRoomPlan.Standing(joinedAt: time(100), leftAt: time(50))
        plan = SlackRoomPlan(head: 9, standings: [ken: back], stored: [])
        plan.leave(ken, at: time(5))
        #expect(plan.events.isEmpty)
    }

    /// Writes, comes in although there already, leaves, comes back, writes.
    private func run(_ plan: inout SlackRoomPlan) {
        _ = plan.add(MessageBody(stored: "a"), key("1"), at: time(1))
        plan.join(ken, at: time(2))
        plan.leave(ken, at: time(4))
        plan.join(ken, at: time(5))
        _ = plan.add(MessageBody(stored: "b"), key("6"), at: time(6))
    }

    private func key(_ id: String) -> SlackRoomPlan.Key { .init(author: ken, clientID: ClientID(stored: id)) }

    private func time(_ microseconds: Int64) -> Timestamp { Timestamp(microseconds: microseconds) }

    private func kinds(_ plan: SlackRoomPlan) -> [String] {
        plan.events.map { event in
            switch event.content {
            case .message, .removed: "message"
            case .joined: "joined"
            case .left: "left"
            }
        }
    }
}
