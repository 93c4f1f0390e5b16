import ChatCore
import Postgres
import Testing

@testable import ChatStore

@Suite struct SessionsTests {
    private let phone = LoginPlace(device: "Phone", address: "203.0.113.7")

    private func logIn(_ account: Account, in house: House) async throws -> (session: Session, token: SecretToken) {
        let token = SecretToken()
        let session = try await house.database.run { [phone] connection in
            try Sessions.begin(for: account.id, provedBy: "x", token: token, at: phone, on: connection)
        }
        return (session, token)
    }

    private func isValid(_ token: SecretToken, in house: House) async throws -> Bool {
        let presented = try #require(SecretToken(presented: token.text))
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
            let presented = try #require(SecretToken(presented: token.text))
            #expect(try await house.database.run { try Sessions.find(presented, on: $0) } == session)
            #expect(try await !isValid(SecretToken(), in: house))
            #expect(SecretToken(presented: "short") == nil)
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
            var tokens: [SecretToken] = []
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

    /// Each would see the others' sessions only when it has made room for itself.
    @Test func anAccountHasTwentySessionsWhoeverLogsInAtOnce() async throws {
        try await House.with { house in
            let alice = try await house.account("alice")
            for _ in 0..<19 { _ = try await logIn(alice, in: house) }
            try await withThrowingTaskGroup { group in
                for _ in 0..<10 { group.addTask { _ = try await logIn(alice, in: house) } }
                try await group.waitForAll()
            }
            #expect(try await house.database.run { try Sessions.list(of: alice, on: $0) }.count == 20)
        }
    }

    @Test func tellsWhichOfManyAreOver() async throws {
        try await House.with { house in
            let alice = try await house.account("alice")
            var sessions: [SessionID] = []
            for _ in 0..<4 { sessions.append(try await logIn(alice, in: house).session.id) }
            try await house.database.run { [sessions] connection in
                for (change, session) in zip(["ended_at = now() - interval '1 day'", "expires_at = now()"], sessions) {
                    try connection.execute(script: "UPDATE sessions SET \(change) WHERE id = \(session.rawValue)")
                }
            }
            let unknown = SessionID(rawValue: .max)
            let over = try await house.database.run { [sessions] in
                try Sessions.over(among: sessions + [unknown], on: $0)
            }
            #expect(Set(over) == [sessions[0], sessions[1], unknown])
            #expect(try await house.database.run { try Sessions.over(among: [], on: $0) } == [])
        }
    }

    /// Whoever ends one may have waited for a lock: the end is when it was ended, and not when the transaction began.
    @Test func anEndIsStampedWhenItComes() async throws {
        try await House.with { house in
            let alice = try await house.account("alice")
            let session = try await logIn(alice, in: house).session
            let isLater = try await house.database.run { connection in
                try connection.transaction {
                    try connection.execute(script: "SELECT pg_sleep(0.2)")
                    _ = try Sessions.endAll(of: alice.id, on: connection)
                    return try connection.run(
                        "SELECT ended_at > now() + interval '0.1 s' AS is_later FROM sessions WHERE id = \(session.id)"
                    ).first?.get("is_later", as: Bool.self)
                }
            }
            #expect(isLater == true)
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
            let foreign = try await logIn(mallory, in: house).session
            let end = { (current: Session, token: SecretToken) in
                try await house.database.run { connection in
                    try Sessions.end(one.id, askedBy: current, renewedBy: token, from: nil, on: connection)
                }
            }
            let fresh = [SecretToken(), SecretToken()]
            #expect(try await end(foreign, fresh[0]) == nil)
            #expect(try await isValid(token, in: house), "nothing was done")
            let three = try #require(try await end(two, fresh[0]))
            #expect(try await end(three, fresh[1]) == nil)
            #expect(try await isValid(fresh[0], in: house))
            #expect(try await !isValid(token, in: house), "whoever asks for it goes on with another one")
            #expect(three.id != two.id && three.expiresAt == two.expiresAt)
            let renewal = try await house.database.run { connection in
                try Sessions.endOthers(askedBy: three, renewedBy: fresh[1], from: nil, on: connection)
            }
            #expect(Set(renewal.others) == [listed[2].session.id])
            #expect(try await isValid(fresh[1], in: house))
            #expect(try await !isValid(fresh[0], in: house))
            let recent = try await house.database.run { try Sessions.endedRecently(on: $0) }
            #expect(Set(recent) == [one.id, two.id, three.id, listed[2].session.id])
            #expect(try await house.database.run { try Sessions.list(of: alice, on: $0) }.map(\.place) == [phone])
        }
    }

    /// Two requests with one token, of which one would else be left over.
    @Test func aSessionIsReplacedOnce() async throws {
        try await House.with { house in
            let alice = try await house.account("alice")
            let (session, _) = try await logIn(alice, in: house)
            let renewed = await withTaskGroup(of: Bool.self) { group in
                for _ in 0..<8 {
                    group.addTask {
                        (try? await house.database.run { connection in
                            try Sessions.endOthers(
                                askedBy: session, renewedBy: SecretToken(), from: nil, on: connection)
                        }) != nil
                    }
                }
                return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
            }
            #expect(renewed == 1)
            #expect(try await house.database.run { try Sessions.list(of: alice, on: $0) }.count == 1)
        }
    }

    /// The one that replaces it is not seen by whoever ends all at that moment, unless they wait for each other.
    @Test func whoIsShutOutHasNoNewSessionEither() async throws {
        try await House.with { house in
            let alice = try await house.account("alice")
            let (session, _) = try await logIn(alice, in: house)
            async let renewal = house.database.run { connection in
                try Sessions.transaction(of: session, on: connection) {
                    let renewal = try Sessions.replaceAll(askedBy: session, token: SecretToken(), on: connection)
                    try connection.run("SELECT pg_sleep(0.5)")
                    return renewal
                }
            }
            try await Task.sleep(for: .milliseconds(200))
            let ended = try await house.database.run {
                try AccountRecords.setDisabled(true, alice.handle, by: .commandLine, on: $0)
            }
            #expect(ended == [try await renewal.session.id])
            #expect(try await house.database.run { try Sessions.list(of: alice, on: $0) }.isEmpty)
        }
    }

    @Test func aNewPasswordReplacesAllSessions() async throws {
        try await House.with { house in
            let alice = try await house.account("alice")
            let (session, token) = try await logIn(alice, in: house)
            let (_, other) = try await logIn(alice, in: house)
            let fresh = SecretToken()
            let change = { (old: String) in
                try await house.database.run { connection in
                    try Accounts.changePassword(
                        from: old, to: "y", askedBy: session, token: fresh, from: nil, on: connection)
                }
            }
            #expect(try await change("not the stored one") == nil)
            #expect(try await isValid(other, in: house))
            let changed = try #require(try await change("x"))
            #expect(changed.others.count == 2 && !changed.others.contains(session.id))
            #expect(changed.session.id != session.id && changed.session.expiresAt == session.expiresAt)
            #expect(try await isValid(fresh, in: house))
            #expect(try await !isValid(token, in: house))
            #expect(try await !isValid(other, in: house))
            #expect(try await change("x") == nil, "somebody was faster")
        }
    }

    /// Otherwise a session that was ended a moment ago would come back with a new token.
    @Test func anEndedSessionChangesNoPassword() async throws {
        try await House.with { house in
            let alice = try await house.account("alice")
            let (session, _) = try await logIn(alice, in: house)
            _ = try await house.database.run { try Sessions.end(session, from: nil, on: $0) }
            await #expect(throws: ChatError.notAuthenticated) {
                try await house.database.run { connection in
                    try Accounts.changePassword(
                        from: "x", to: "y", askedBy: session, token: SecretToken(), from: nil, on: connection)
                }
            }
            #expect(try await house.database.run { try Accounts.passwordHash(of: alice.id, on: $0) } == "x")
        }
    }

    @Test func aDeviceIsOneLineOfBoundedLength() {
        let place = LoginPlace(device: "a\nb\u{1B}" + String(repeating: "x", count: 300), address: nil)
        #expect(place.device.hasPrefix("a b x") && place.device.unicodeScalars.count == 200)
    }

    /// What was done is written with it, and stays.
    @Test func theAuditLogIsOnlyAddedTo() async throws {
        try await House.with { house in
            let alice = try await house.account("alice")
            let (session, _) = try await logIn(alice, in: house)
            let acts = try await house.database.run { connection in
                try Sessions.end(session, from: "203.0.113.7", on: connection)
                return try Audit.read(about: alice.handle, limit: 10, on: connection).map { ($0.act, $0.address) }
            }
            #expect(acts.map(\.0) == ["account_created", "logged_in", "logged_out"])
            #expect(acts.map(\.1) == [nil, "203.0.113.7", "203.0.113.7"])
            for change in ["UPDATE audit SET act = 'x'", "DELETE FROM audit", "TRUNCATE audit"] {
                await #expect(throws: PostgresError.self) {
                    try await house.database.run { try $0.execute(script: change) }
                }
            }
            let bob = try Handle("bob-")
            #expect(try await house.database.run { try Audit.read(about: bob, limit: 9, on: $0) }.isEmpty)
            #expect(try await house.database.run { try Audit.read(limit: 1, on: $0) }.map(\.act) == ["logged_out"])
        }
    }
}
