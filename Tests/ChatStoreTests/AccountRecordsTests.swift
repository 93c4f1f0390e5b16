import ChatCore
import Postgres
import Testing

@testable import ChatStore

/// Who may do what to whose account, and what becomes of its sessions.
@Suite struct AccountRecordsTests {
    /// Somebody with a role, and a session of theirs.
    private func person(_ role: Role, _ handle: String, in house: House) async throws -> Session {
        let account = try await house.account(handle)
        return try await house.database.run { connection in
            try connection.run("UPDATE accounts SET role = \(role.rawValue) WHERE id = \(account.id)")
            return try Sessions.begin(
                for: account.id, provedBy: "x", token: SecretToken(), at: LoginPlace(device: "", address: nil),
                on: connection)
        }
    }

    @Test(arguments: Role.allCases, Role.allCases)
    func onlyAHigherRankAdministers(_ role: Role, _ other: Role) async throws {
        let isAllowed = role == .owner || (role == .admin && ![.owner, .admin].contains(other))
        try await House.with { house in
            let one = Administrator(try await person(role, "one", in: house), from: nil)
            let two = try await person(other, "two", in: house)
            let change = {
                try await house.database.run { connection in
                    try AccountRecords.setDisabled(true, two.account.handle, by: one, on: connection)
                }
            }
            if isAllowed {
                #expect(try await change().contains(two.id))
            } else {
                await #expect { _ = try await change() } throws: { ChatError.has(.notAllowed)($0) }
            }
            let recent = try await house.database.run { try Sessions.endedRecently(on: $0) }
            #expect(recent.contains(two.id) == isAllowed)
        }
    }

    @Test func nobodyChangesTheirOwnAccount() async throws {
        try await House.with { house in
            let owner = try await person(.owner, "owner", in: house)
            await #expect {
                _ = try await house.database.run { connection in
                    try AccountRecords.change(
                        owner.account.handle, to: .member, by: Administrator(owner, from: nil), on: connection)
                }
            } throws: { ChatError.has(.notAllowed)($0) }
        }
    }

    @Test func anAdministratorMakesNoAdministrators() async throws {
        try await House.with { house in
            let admin = Administrator(try await person(.admin, "admin", in: house), from: nil)
            let bob = try await house.account("bob")
            for role in [Role.owner, .admin] {
                await #expect {
                    _ = try await house.database.run { connection in
                        try AccountRecords.change(bob.handle, to: role, by: admin, on: connection)
                    }
                } throws: { ChatError.has(.notAllowed)($0) }
                await #expect {
                    try await house.database.run { connection in
                        try AccountRecords.create(
                            Handle("new"), displayName: DisplayName("New"), role: role, passwordHash: "x", by: admin,
                            on: connection)
                    }
                } throws: { ChatError.has(.notAllowed)($0) }
            }
        }
    }

    @Test func aNewRoleEndsTheSessions() async throws {
        try await House.with { house in
            let bob = try await person(.member, "bob", in: house)
            let change = { (role: Role) in
                try await house.database.run { connection in
                    try AccountRecords.change(bob.account.handle, to: role, by: .commandLine, on: connection)
                }
            }
            #expect(try await change(.admin).contains(bob.id))
            #expect(try await change(.admin).isEmpty, "it is one already")
            let record = try await house.database.run { try AccountRecords.find(bob.account.handle, on: $0) }
            #expect(record.role == .admin && !record.isDisabled)
        }
    }

    /// A log-in whose password was compared before the account was disabled, or the password changed, begins nothing.
    @Test(arguments: ["disabled_at = now()", "password_hash = 'y'"])
    func aLogInOfTheSameMomentLeavesNoSession(change: String) async throws {
        try await House.with { house in
            let alice = try await house.account("alice")
            try await house.database.run { try $0.execute(script: "UPDATE accounts SET \(change)") }
            await #expect {
                _ = try await house.database.run { connection in
                    try Sessions.begin(
                        for: alice.id, provedBy: "x", token: SecretToken(), at: LoginPlace(device: "", address: nil),
                        on: connection)
                }
            } throws: { ChatError.has(.notAuthenticated)($0) }
        }
    }

    @Test func listsInPages() async throws {
        try await House.with { house in
            for handle in ["carol", "alice", "bob"] { _ = try await house.account(handle) }
            let page = { (after: String?) in
                try await house.database.run { connection in
                    try AccountRecords.list(
                        after: after.map { Handle(stored: $0) }, limit: 2, on: connection
                    ).map(\.account.handle.description)
                }
            }
            #expect(try await page(nil) == ["alice", "bob"])
            #expect(try await page("bob") == ["carol"])
            #expect(try await page("carol") == [])
        }
    }

    @Test func theFirstOwnerIsMadeOnce() async throws {
        try await House.with { house in
            for handle in ["alice", "bob"] {
                let account = try await house.account(handle)
                try await house.database.run { try AccountRecords.makeFirstOwner(account.handle, on: $0) }
            }
            let roles = try await house.database.run { try AccountRecords.list(on: $0).map(\.role) }
            #expect(roles == [.owner, .member])
        }
    }
}
