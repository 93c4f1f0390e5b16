import ChatCore
import Foundation
import Testing

@Suite struct ValueTests {
    @Test(arguments: ["abc", "a.b_c-9", String(repeating: "x", count: 32)])
    func takesHandles(_ text: String) throws {
        #expect(try Handle(text).description == text)
    }

    @Test func foldsHandles() throws {
        #expect(try Handle("HanaKo").description == "hanako")
    }

    @Test(arguments: ["", "ab", String(repeating: "x", count: 33), "a b", "花子さん", "a\u{0}bc", "İstanbul", "ﬁlm"])
    func refusesHandles(_ text: String) {
        #expect { _ = try Handle(text) } throws: { ($0 as? ChatError)?.field == "handle" }
    }

    @Test func trimsDisplayNames() throws {
        #expect(try DisplayName(" \u{3000}花子 Suzuki\n").description == "花子 Suzuki")
        for text in ["", "   ", "a\u{7}b", String(repeating: "花", count: 65)] {
            #expect(throws: ChatError.self) { _ = try DisplayName(text) }
        }
    }

    @Test(arguments: ["a", "tokyo-meetup", "0", String(repeating: "r", count: 64)])
    func takesRoomNames(_ text: String) throws {
        #expect(try RoomName(text).description == text)
    }

    @Test(arguments: ["", "-a", "A", "a_b", "a/b", "部屋", String(repeating: "r", count: 65)])
    func refusesRoomNames(_ text: String) {
        #expect { _ = try RoomName(text) } throws: { ($0 as? ChatError)?.field == "room" }
    }

    @Test(arguments: ["a", "018f3c2e-7a1b:9.x_Y", String(repeating: "k", count: 64)])
    func takesClientIDs(_ text: String) throws {
        #expect(try ClientID(text).description == text)
    }

    @Test(arguments: ["", "a b", "a/b", "é", String(repeating: "k", count: 65)])
    func refusesClientIDs(_ text: String) {
        #expect { _ = try ClientID(text) } throws: { ($0 as? ChatError)?.field == "clientId" }
    }

    @Test func countsCodePointsOfBodies() throws {
        let longest = String(repeating: "電", count: MessageBody.limit)
        #expect(try MessageBody(longest).description == longest)
        #expect(try MessageBody("  keep \n").description == "  keep \n")
        for text in [longest + "話", "", " \n\u{3000}", "a\u{0}"] {
            #expect { _ = try MessageBody(text) } throws: { ($0 as? ChatError)?.field == "body" }
        }
    }

    @Test(
        arguments: [
            (0, "1970-01-01T00:00:00.000Z"), (-1, "1969-12-31T23:59:59.999Z"),
            (951_868_799_999_999, "2000-02-29T23:59:59.999Z"), (951_868_800_000_000, "2000-03-01T00:00:00.000Z"),
            (4_107_542_400_000_000, "2100-03-01T00:00:00.000Z"), (-62_135_596_800_000_000, "0001-01-01T00:00:00.000Z"),
            (253_402_300_799_999_000, "9999-12-31T23:59:59.999Z"),
        ] as [(Int64, String)])
    func writesTimes(_ microseconds: Int64, _ text: String) {
        #expect(Timestamp(microseconds: microseconds).rfc3339 == text)
    }

    @Test func writesEveryDayLikeFoundation() {
        for day in stride(from: Int64(0), to: 60_000, by: 7) {
            let date = Date(timeIntervalSince1970: Double(day) * 86_400)
            #expect(
                Timestamp(microseconds: day * 86_400_000_000).rfc3339.prefix(10) == date.formatted(.iso8601).prefix(10))
        }
    }

    /// Programs branch on these: a code may be added, never renamed.
    @Test func keepsErrorCodesInSnakeCase() {
        for code in ChatError.Code.allCases {
            #expect(code.rawValue.allSatisfy { $0.isLowercase || $0 == "_" })
        }
    }
}

/// What a session may do.
@Suite struct RightsTests {
    @Test(
        arguments: [
            (Role.owner, Rights.all), (.admin, .all), (.member, [.read, .send, .join, .createRooms, .account]),
            (.guest, [.read, .send, .join]), (.bot, [.read, .send, .join, .createRooms]),
        ] as [(Role, Rights)])
    func followFromTheRole(_ role: Role, _ rights: Rights) { #expect(role.rights == rights) }

    @Test func haveNames() {
        #expect(Rights.all.names == ["account", "administer", "create_rooms", "join", "read", "send"])
        #expect(Rights(names: Rights.all.names) == .all)
        #expect(Rights(names: ["read", "fly"]) == nil)
    }

    @Test(arguments: [[], ["administer"], ["account"], ["read", "read ", "send"], ["Read"]] as [[String]])
    func noTokenHasMoreThanScopes(_ names: [String]) {
        #expect(throws: ChatError.self) { try Rights(scopes: names) }
    }

    @Test func aTokenHasWhatItsScopesAndItsRoleBothAllow() throws {
        let account = Account(
            id: AccountID(rawValue: 1), handle: try Handle("bot"), displayName: try DisplayName("Bot"))
        let session = { (role: Role) in
            Session(
                id: SessionID(rawValue: 1), account: account, createdAt: Timestamp(microseconds: 0),
                expiresAt: Timestamp(microseconds: 1), role: role, scopes: [.read, .createRooms])
        }
        #expect(session(.bot).rights == [.read, .createRooms])
        #expect(session(.guest).rights == .read)
        #expect(session(.owner).without(.read).rights == .createRooms)
    }

    @Test func aGuestsHandleIsNobodyElses() throws {
        let handles = Set((0..<1000).map { _ in Handle.guest() })
        #expect(handles.count == 1000 && handles.allSatisfy(\.isForGuests))
        for handle in handles { #expect(try Handle(handle.description) == handle) }
        #expect(try !Handle("guestbook").isForGuests)
    }
}
