import ChatCore
import Postgres
import Testing

@testable import ChatStore

/// What is left of an account that was erased: its numbers.
@Suite struct ErasureTests {
    private static let canary = "canary-7f3a"
    private static let place = LoginPlace(device: "\(canary) phone", address: "192.0.2.77")

    /// Somebody about whom everything is known that can be.
    private func mallory(in house: House) async throws -> (Account, SecretToken) {
        let token = SecretToken()
        let account = try await house.database.run { connection in
            let account = try Accounts.signUp(
                Handle(Self.canary), displayName: DisplayName("\(Self.canary) Mallory"), passwordHash: "x",
                token: token,
                at: Self.place, on: connection
            ).session.account
            _ = try Devices.remember(nil, of: account.id, on: connection)
            _ = try PasswordResets.create(SecretToken(), for: account.handle, by: .commandLine, on: connection)
            try Audit.write(
                AuditEntry(.logInRefused, account.id, isLoggedIn: false, from: "192.0.2.77"), on: connection)
            try connection.run("INSERT INTO second_factors (account_id, secret) VALUES (\(account.id), '\\x00')")
            try connection.run(
                "INSERT INTO recovery_codes (account_id, code_hash) VALUES (\(account.id), sha256('a')), (\(account.id), sha256('b'))"
            )
            return account
        }
        return (account, token)
    }

    private func erase(_ account: Account, in house: House) async throws -> Erasure.Report {
        try await house.database.run { try Erasure.run(account.handle, by: .commandLine, on: $0) }
    }

    /// Every row of every table, as text.
    private func everything(in house: House) async throws -> String {
        try await house.database.run { connection in
            let tables = try connection.run(
                "SELECT table_name::text AS name FROM information_schema.tables WHERE table_schema = 'public'"
            ).map { try $0.get("name", as: String.self) }
            return try tables.map { table in
                try connection.run("SELECT t::text AS row FROM \(raw: table) t").map {
                    try $0.get("row", as: String.self)
                }.joined(separator: "\n")
            }.joined(separator: "\n")
        }
    }

    /// The events of a room whose deletion was interrupted belong to no room any more, but they are there.
    @Test func whatADeletionHasLeftGoesToo() async throws {
        try await House.with { house in
            let (mallory, _) = try await mallory(in: house)
            let room = try await house.room("gone", members: [mallory])
            _ = try await house.send("\(Self.canary) 1", id: "n1", by: mallory, to: room)
            try await house.database.run { connection in
                try connection.run("DELETE FROM memberships")
                try connection.run("UPDATE rooms SET deleted_at = now(), head = 0 WHERE name = \(room)")
            }
            _ = try await erase(mallory, in: house)
            #expect(try await everything(in: house).contains("\(Self.canary) 1") == false)
        }
    }

    @Test func nothingIsLeftButNumbers() async throws {
        try await House.with { house in
            let alice = try await house.account("alice")
            let (mallory, token) = try await mallory(in: house)
            let one = try await house.room("one", members: [alice, mallory])
            let two = try await house.room("two", members: [mallory])
            for (room, number) in [(one, 1), (one, 2), (two, 3)] {
                _ = try await house.send("\(Self.canary) \(number)", id: "n\(number)", by: mallory, to: room)
            }
            _ = try await house.send("hello", id: "a", by: alice, to: one)
            _ = try await house.append(.left, by: mallory, to: two)
            #expect(try await everything(in: house).contains(Self.canary))
            let measured = try await house.database.run {
                try Erasure.measure(mallory.handle, by: .commandLine, on: $0)
            }
            let report = try await erase(mallory, in: house)
            #expect(report == measured)
            #expect(report.messages.map(\.messages) == [2, 1] && report.messages.map(\.bytes) == [26, 13])
            #expect(report.memberships == 1 && report.sessions == 1 && report.devices == 1)
            #expect(report.secondFactors == 1 && report.recoveryCodes == 2 && report.resetLinks == 1)
            #expect(report.auditAddresses == 2)
            let left = try await everything(in: house)
            #expect(!left.contains(Self.canary) && !left.contains("192.0.2.77"))
            #expect(try await house.database.run { try Sessions.find(token, on: $0) } == nil)
            let page = try await house.database.run {
                try RoomLog.page(one, .newest, limit: 99, for: alice.id, on: $0)
            }
            #expect(page.events.map(\.seq) == [1, 2, 3, 4, 5, 6])
            #expect(try page.events[2].content == .removed(ClientID("n1"), .erased))
            #expect(page.events[2].author.displayName == .erased && page.events[2].author.id == mallory.id)
            #expect(page.events[5].content == .left)
            let acts = try await house.database.run { try Audit.read(about: report.becomes, limit: 9, on: $0) }
            #expect(acts.map(\.act) == ["account_created", "reset_link_made", "log_in_refused", "account_erased"])
        }
    }

    @Test func theAccountIsGoneForEver() async throws {
        try await House.with { house in
            let (mallory, _) = try await mallory(in: house)
            let room = try await house.room("one", members: [mallory])
            let sent = try await house.send("hi", id: "k", by: mallory, to: room)
            let name = try await erase(mallory, in: house).becomes
            await #expect { _ = try await house.append(.joined, by: mallory, to: room) } throws: {
                ChatError.has(.notAuthenticated)($0)
            }
            await #expect { _ = try await house.send("ho", id: "l", by: mallory, to: room) } throws: {
                ChatError.has(.notAMember)($0)
            }
            // One that was on its way still gets its first answer.
            #expect(try await house.send("hi", id: "k", by: mallory, to: room).seq == sent.seq)
            for change in [
                { try AccountRecords.setDisabled(false, name, by: .commandLine, on: $0) },
                { try AccountRecords.change(name, to: .admin, by: .commandLine, on: $0) },
                { (connection: Connection) in
                    _ = try PasswordResets.create(SecretToken(), for: name, by: .commandLine, on: connection)
                    return []
                },
            ] as [@Sendable (Connection) throws -> [SessionID]] {
                await #expect { _ = try await house.database.run(change) } throws: { ChatError.has(.notAllowed)($0) }
            }
            #expect(try await house.account(Self.canary).id != mallory.id, "the handle is free")
            await #expect { _ = try await house.account("erased-99") } throws: { ChatError.has(.invalidField)($0) }
            #expect(try await house.seqs(of: room) == [1, 2, 3])
        }
    }

    /// Whoever is still sending and joining while it happens ends up nowhere, and with nothing that can be read.
    @Test func nothingSlipsThroughWhileItHappens() async throws {
        try await House.with { house in
            let (mallory, _) = try await mallory(in: house)
            var rooms: [RoomName] = []
            for number in 0..<8 { rooms.append(try await house.room("room-\(number)", members: [mallory])) }
            try await withThrowingTaskGroup { group in
                for (index, room) in rooms.enumerated() {
                    group.addTask {
                        for number in 0..<60 {
                            let id = "n\(index)-\(number)"
                            _ = try? await house.send("\(Self.canary) \(id)", id: id, by: mallory, to: room)
                            if number % 10 == 0 { _ = try? await house.append(.joined, by: mallory, to: room) }
                        }
                    }
                }
                group.addTask {
                    try await Task.sleep(for: .milliseconds(30))
                    _ = try await erase(mallory, in: house)
                }
                try await group.waitForAll()
            }
            #expect(try await !everything(in: house).contains(Self.canary))
            let open = try await house.database.run { connection in
                try connection.run("SELECT FROM memberships WHERE left_seq IS NULL").count
            }
            #expect(open == 0)
            for room in rooms {
                let seqs = try await house.seqs(of: room)
                #expect(try await house.head(of: room) == Int64(seqs.count) && seqs == Array(1...Int64(seqs.count)))
            }
        }
    }

    @Test func whatWasInterruptedGoesOn() async throws {
        try await House.with { house in
            let (mallory, _) = try await mallory(in: house)
            let room = try await house.room("one", members: [mallory])
            _ = try await house.send(Self.canary, id: "k", by: mallory, to: room)
            try await house.database.run {
                try $0.execute(
                    script: "UPDATE accounts SET erased_at = now(), disabled_at = now(), password_hash = NULL")
            }
            #expect(try await erase(mallory, in: house).messages.first?.messages == 1)
            #expect(try await !everything(in: house).contains(Self.canary))
        }
    }

    @Test func theAuditLogLetsNothingElseGo() async throws {
        try await House.with { house in
            let alice = try await house.account("alice")
            let (mallory, _) = try await mallory(in: house)
            _ = try await erase(mallory, in: house)
            for change in [
                "UPDATE audit SET address = NULL WHERE account_id = \(alice.id.rawValue)",
                "UPDATE audit SET act = 'nothing' WHERE account_id = \(mallory.id.rawValue)",
                "UPDATE audit SET address = '192.0.2.1' WHERE account_id = \(mallory.id.rawValue)",
                "UPDATE audit SET address = NULL, at = now() WHERE account_id = \(mallory.id.rawValue)",
                "DELETE FROM audit WHERE account_id = \(mallory.id.rawValue)", "TRUNCATE audit",
            ] {
                await #expect(throws: PostgresError.self, "\(change)") {
                    try await house.database.run { try $0.execute(script: change) }
                }
            }
        }
    }
}
