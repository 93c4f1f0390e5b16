import ChatCore
import Postgres
import Testing

@testable import ChatStore

@Suite struct SessionsTests {
    private let phone = LoginPlace(device: "Phone", address: "203.0.113.7")

    private func logIn(_ account: Account, in house: House) async throws -> (session: Session, token: SessionToken) {
        let token = SessionToken()
        let session = try await house.database.run { [phone] connection in
            try Sessions.create(for: account, token: token, at: phone, on: connection)
        }
        return (session, token)
    }

    private func isValid(_ token: SessionToken, in house: House) async throws -> Bool {
        let presented = try #require(SessionToken(presented: token.text))
        return try await house.database.run { try Sessions.find(presented, on: $0) } != nil
    }

    @Test func refusesATakenHandle() async throws {
        try await House.with { house in
            _ = try await house.account("alice")
            await #expect { _ = try await house.account("alice") } throws: { ChatError.has(.handleTaken)($0) }
        }
    }

    @Test func findsWhatATokenProves() async throws {
        try await House.with { house in
            let alice = try await house.account("alice")
            let (session, token) = try await logIn(alice, in: house)
            let presented = try #require(SessionToken(presented: token.text))
            #expect(try await house.database.run { try Sessions.find(presented, on: $0) } == session)
            #expect(try await !isValid(SessionToken(), in: house))
            #expect(SessionToken(presented: "short") == nil)
        }
    }

    @Test(arguments: [
        "expires_at = now()", "last_seen_at = now() - interval '30 days'", "ended_at = now()",
    ])
    func anOldAnUnusedAndAnEndedSessionProveNothing(change: String) async throws {
        try await House.with { house in
            let alice = try await house.account("alice")
            let (session, token) = try await logIn(alice, in: house)
            #expect(try await isValid(token, in: house))
            try await house.database.run { connection in
                try connection.execute(script: "UPDATE sessions SET \(change) WHERE id = \(session.id.rawValue)")
            }
            #expect(try await !isValid(token, in: house))
            let listed = try await house.database.run { try Sessions.list(of: alice, on: $0) }
            #expect(!listed.contains { $0.session.id == session.id })
            // What has ended does not come back by being used.
            try await house.database.run { try Sessions.touch([session.id], on: $0) }
            #expect(try await !isValid(token, in: house))
        }
    }

    @Test func useProlongsASession() async throws {
        try await House.with { house in
            let alice = try await house.account("alice")
            let (session, token) = try await logIn(alice, in: house)
            try await house.database.run { connection in
                try connection.execute(script: "UPDATE sessions SET last_seen_at = now() - interval '29 days'")
                try Sessions.touch([session.id], on: connection)
                try connection.execute(script: "UPDATE sessions SET last_seen_at = last_seen_at - interval '29 days'")
            }
            #expect(try await isValid(token, in: house))
        }
    }

    /// The one that was not used for longest makes room.
    @Test func anAccountHasTwentySessions() async throws {
        try await House.with { house in
            let alice = try await house.account("alice")
            var tokens: [SessionToken] = []
            for _ in 0..<19 { tokens.append(try await logIn(alice, in: house).token) }
            let first = try #require(tokens.first)
            #expect(try await isValid(first, in: house), "with that of the sign-up they are twenty")
            let listed = try await house.database.run { try Sessions.list(of: alice, on: $0) }
            let signUp = try #require(listed.last?.session.id)
            try await house.database.run { connection in
                try connection.execute(script: "UPDATE sessions SET last_seen_at = now() + interval '1 minute'")
                try connection.run(
                    "UPDATE sessions SET last_seen_at = now() - interval '1 day' WHERE token_hash = \(first.hash)")
            }
            let last = try await logIn(alice, in: house).token
            let left = try await house.database.run { try Sessions.list(of: alice, on: $0) }
            #expect(left.count == 20 && left.contains { $0.session.id == signUp })
            #expect(try await !isValid(first, in: house))
            #expect(try await isValid(last, in: house))
        }
    }

    @Test func listsEndsAndTellsOthers() async throws {
        try await House.with { house in
            let alice = try await house.account("alice")
            let mallory = try await house.account("mallory")
            let (one, _) = try await logIn(alice, in: house)
            let (two, token) = try await logIn(alice, in: house)
            let listed = try await house.database.run { try Sessions.list(of: alice, on: $0) }
            #expect(listed.count == 3 && listed[0].session == two && listed[0].place == phone)
            #expect(try await !house.database.run { try Sessions.end(one.id, of: mallory.id, on: $0) })
            #expect(try await house.database.run { try Sessions.end(one.id, of: alice.id, on: $0) })
            #expect(try await !house.database.run { try Sessions.end(one.id, of: alice.id, on: $0) }, "once is enough")
            let ended = try await house.database.run { try Sessions.endOthers(than: two.id, of: alice.id, on: $0) }
            #expect(ended == [listed[2].session.id])
            #expect(try await isValid(token, in: house))
            let recent = try await house.database.run { try Sessions.endedRecently(on: $0) }
            #expect(Set(recent) == [one.id, listed[2].session.id])
        }
    }

    @Test func aNewPasswordEndsTheOtherSessions() async throws {
        try await House.with { house in
            let alice = try await house.account("alice")
            let (session, token) = try await logIn(alice, in: house)
            let (_, other) = try await logIn(alice, in: house)
            let change = { (old: String) in
                try await house.database.run { connection in
                    try Accounts.changePassword(
                        of: alice.id, from: old, to: "y", keeping: session.id, on: connection)
                }
            }
            #expect(try await change("not the stored one") == nil)
            #expect(try await isValid(other, in: house))
            #expect(try await change("x")?.count == 2)
            #expect(try await isValid(token, in: house))
            #expect(try await !isValid(other, in: house))
            #expect(try await change("x") == nil, "somebody was faster")
        }
    }

    @Test func aDeviceIsOneLineOfBoundedLength() {
        let place = LoginPlace(device: "a\nb\u{1B}" + String(repeating: "x", count: 300), address: nil)
        #expect(place.device.hasPrefix("a b x") && place.device.unicodeScalars.count == 200)
    }
}
