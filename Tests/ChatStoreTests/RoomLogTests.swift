import ChatCore
import ChatStore
import Postgres
import Testing

@Suite struct RoomLogTests {
    private func page(
        _ range: PageRange, _ limit: Int, of room: RoomName, for account: Account, in house: House
    ) async throws -> (seqs: [Int64], hasMore: Bool, head: Int64) {
        let page = try await house.database.run { try RoomLog.page(room, range, limit: limit, for: account.id, on: $0) }
        return (page.events.map(\.seq), page.hasMore, page.head)
    }

    @Test func pagesInBothDirections() async throws {
        try await House.with { house in
            let alice = try await house.account("alice")
            let room = try await house.room("lobby", members: [alice])
            for number in 2...10 { _ = try await house.send("\(number)", id: "n\(number)", by: alice, to: room) }
            for (range, limit, seqs, hasMore) in [
                (.newest, 3, [8, 9, 10], true), (.newest, 10, Array(1...10), false), (.newest, 0, [], true),
                (.before(4), 2, [2, 3], true), (.before(3), 2, [1, 2], false), (.before(1), 2, [], false),
                (.after(0), 3, [1, 2, 3], true), (.after(7), 3, [8, 9, 10], false), (.after(10), 3, [], false),
                (.after(99), 3, [], false),
            ] as [(PageRange, Int, [Int64], Bool)] {
                let page = try await page(range, limit, of: room, for: alice, in: house)
                #expect(page.seqs == seqs, "\(range)")
                #expect(page.hasMore == hasMore, "\(range)")
                #expect(page.head == 10)
            }
        }
    }

    @Test func givesBackWhatWasSent() async throws {
        try await House.with { house in
            let alice = try await house.account("alice")
            let room = try await house.room("lobby", members: [alice])
            let text = "こんにちは 😀\n\"quotes\" \\ \u{202E}x\u{0301}"
            let receipt = try await house.send(text, id: "k", by: alice, to: room)
            let page = try await house.database.run { try RoomLog.page(room, .newest, limit: 9, for: alice.id, on: $0) }
            #expect(page.events == house.announcements)
            #expect(page.events.last?.at == receipt.at)
            #expect(try page.events.last?.content == .message(ClientID("k"), MessageBody(text)))
        }
    }

    @Test func isForMembersOnly() async throws {
        try await House.with { house in
            let alice = try await house.account("alice")
            let stranger = try await house.account("stranger")
            let room = try await house.room("lobby", members: [alice])
            await #expect { _ = try await page(.newest, 5, of: room, for: stranger, in: house) } throws: {
                ChatError.has(.notAMember)($0)
            }
            let nowhere = try RoomName("nowhere")
            await #expect { _ = try await page(.newest, 5, of: nowhere, for: alice, in: house) } throws: {
                ChatError.has(.roomNotFound)($0)
            }
        }
    }
}
