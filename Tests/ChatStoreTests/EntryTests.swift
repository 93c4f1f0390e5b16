import ChatCore
import Postgres
import Testing

@testable import ChatStore

/// Invitations, guests, links to choose a password with, and bots.
@Suite struct EntryTests {
    private static let nowhere = LoginPlace(device: "", address: nil)

    private func signUp(
        _ handle: String, _ code: SecretToken?, in house: House
    ) async throws -> Accounts.SignedUp {
        try await house.database.run { connection in
            try Accounts.signUp(
                Handle(handle), displayName: DisplayName(handle), passwordHash: "x", invitation: code,
                token: SecretToken(), at: Self.nowhere, on: connection)
        }
    }

    private func invite(uses: Int64, room: RoomName? = nil, in house: House) async throws -> (SecretToken, Invitation) {
        let code = SecretToken()
        let invitation = try await house.database.run { connection in
            try Invitations.create(code, uses: uses, days: 7, room: room, by: .commandLine, on: connection)
        }
        return (code, invitation)
    }

    @Test func anInvitationIsGoodForItsUses() async throws {
        try await House.with { house in
            let room = try await house.room("club")
            let (code, _) = try await invite(uses: 2, room: room, in: house)
            #expect(try await signUp("one", code, in: house).room == room)
            // A sign-up that fails uses nothing up.
            await #expect { _ = try await signUp("one", code, in: house) } throws: { ChatError.has(.handleTaken)($0) }
            _ = try await signUp("two", code, in: house)
            await #expect { _ = try await signUp("three", code, in: house) } throws: {
                ChatError.has(.invitationNotValid)($0)
            }
            #expect(try await house.database.run { try Invitations.list(on: $0) } == [])
        }
    }

    /// Twenty people at once, three uses.
    @Test func nobodyGetsInBesideAnInvitation() async throws {
        try await House.with { house in
            let (code, _) = try await invite(uses: 3, in: house)
            let taken = try await withThrowingTaskGroup(of: Bool.self) { group in
                for index in 0..<20 {
                    group.addTask {
                        do {
                            _ = try await signUp("person-\(index)", code, in: house)
                            return true
                        } catch let error as ChatError where error.code == .invitationNotValid { return false }
                    }
                }
                return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
            }
            #expect(taken == 3)
        }
    }

    @Test(arguments: ["expires_at = now()", "revoked_at = now()", "used = uses"])
    func aSpentInvitationLetsNobodyIn(change: String) async throws {
        try await House.with { house in
            let (code, invitation) = try await invite(uses: 1, in: house)
            try await house.database.run { try $0.execute(script: "UPDATE invitations SET \(change)") }
            await #expect { _ = try await signUp("one", code, in: house) } throws: {
                ChatError.has(.invitationNotValid)($0)
            }
            await #expect {
                try await house.database.run { try Invitations.revoke(invitation.id, by: .commandLine, on: $0) }
            } throws: { ChatError.has(.invitationNotFound)($0) }
        }
    }

    @Test func aGuestBecomesAMember() async throws {
        try await House.with { house in
            _ = try await house.account("taken")
            let guest = try await house.database.run { connection in
                try Accounts.enter(
                    as: DisplayName("Guest"), token: SecretToken(), at: Self.nowhere, on: connection)
            }
            #expect(guest.role == .guest && guest.rights == [.read, .send, .join])
            #expect(guest.account.handle.isForGuests)
            let become = { (handle: String) in
                try await house.database.run { connection in
                    try Accounts.signUp(
                        guest: guest, as: Handle(handle), displayName: nil, passwordHash: "x", invitation: nil,
                        token: SecretToken(), at: Self.nowhere, on: connection)
                }
            }
            await #expect { _ = try await become("taken") } throws: { ChatError.has(.handleTaken)($0) }
            let revision = { try await house.database.run { try LogRevision.current(on: $0) } }
            let before = try await revision()
            let (signedUp, ended) = try await become("hana")
            #expect(try await revision() > before, "pages that are held in memory show the old name")
            #expect(ended == [guest.id])
            #expect(signedUp.session.account.id == guest.account.id && signedUp.session.role == .member)
            #expect(signedUp.session.account.displayName == guest.account.displayName)
            await #expect { _ = try await become("hana-2") } throws: { ChatError.has(.notAllowed)($0) }
        }
    }

    @Test func aGuestWhoWasSignedOutBecomesNothing() async throws {
        try await House.with { house in
            let guest = try await house.database.run { connection in
                try Accounts.enter(
                    as: DisplayName("Guest"), token: SecretToken(), at: Self.nowhere, on: connection)
            }
            _ = try await house.database.run {
                try AccountRecords.signOut(guest.account.handle, by: .commandLine, on: $0)
            }
            await #expect(throws: ChatError.notAuthenticated) {
                _ = try await house.database.run { connection in
                    try Accounts.signUp(
                        guest: guest, as: Handle("hana"), displayName: nil, passwordHash: "x", invitation: nil,
                        token: SecretToken(), at: Self.nowhere, on: connection)
                }
            }
        }
    }

    @Test func aLinkSetsThePasswordOnce() async throws {
        try await House.with { house in
            let alice = try await house.account("alice")
            let (first, second) = (SecretToken(), SecretToken())
            try await house.database.run { connection in
                for token in [first, second] {
                    _ = try PasswordResets.create(token, for: alice.handle, by: .commandLine, on: connection)
                }
            }
            let use = { (token: SecretToken) in
                try await house.database.run { connection in
                    try PasswordResets.use(token, passwordHash: "y", from: nil, on: connection)
                }
            }
            await #expect { _ = try await use(first) } throws: { ChatError.has(.linkNotValid)($0) }
            #expect(try await house.database.run { try PasswordResets.account(of: second, on: $0) } == alice)
            #expect(try await use(second).count == 1, "the session of the sign-up")
            await #expect { _ = try await use(second) } throws: { ChatError.has(.linkNotValid)($0) }
            #expect(try await house.database.run { try Accounts.passwordHash(of: alice.id, on: $0) } == "y")
        }
    }

    @Test func anOldLinkSetsNothing() async throws {
        try await House.with { house in
            let alice = try await house.account("alice")
            let token = SecretToken()
            try await house.database.run { connection in
                _ = try PasswordResets.create(token, for: alice.handle, by: .commandLine, on: connection)
                try connection.execute(script: "UPDATE password_resets SET expires_at = now()")
            }
            for use in [
                { (connection: Connection) in _ = try PasswordResets.account(of: token, on: connection) },
                { _ = try PasswordResets.use(token, passwordHash: "y", from: nil, on: $0) },
            ] as [@Sendable (Connection) throws -> Void] {
                await #expect { try await house.database.run(use) } throws: { ChatError.has(.linkNotValid)($0) }
            }
        }
    }

    @Test func aBotsTokenHasItsScopesAndNoIdleLimit() async throws {
        try await House.with { house in
            let handle = try Handle("helper")
            let token = SecretToken()
            let made = try await house.database.run { connection in
                try AccountRecords.create(
                    handle, displayName: DisplayName("Helper"), role: .bot, passwordHash: nil, by: .commandLine,
                    on: connection)
                return try Bots.createToken(
                    token, named: "ci", for: handle, scopes: [.read, .send], days: 365, by: .commandLine,
                    on: connection)
            }
            try await house.database.run { connection in
                try connection.execute(script: "UPDATE sessions SET last_seen_at = now() - interval '200 days'")
            }
            let session = try #require(try await house.database.run { try Sessions.find(token, on: $0) })
            #expect(session.rights == [.read, .send] && session.role == .bot)
            #expect(try await house.database.run { try Bots.tokens(of: handle, on: $0) } == [made])
            try await house.database.run { try Bots.revoke(made.id, of: handle, by: .commandLine, on: $0) }
            #expect(try await house.database.run { try Sessions.find(token, on: $0) } == nil)
            await #expect {
                try await house.database.run { try Bots.revoke(made.id, of: handle, by: .commandLine, on: $0) }
            } throws: { ChatError.has(.tokenNotFound)($0) }
        }
    }

    @Test func onlyBotsHaveTokensAndNotMoreThanTwenty() async throws {
        try await House.with { house in
            let alice = try await house.account("alice")
            let handle = try Handle("helper")
            let make = { (handle: Handle) in
                try await house.database.run { connection in
                    _ = try Bots.createToken(
                        SecretToken(), named: "ci", for: handle, scopes: .read, days: 1, by: .commandLine,
                        on: connection)
                }
            }
            await #expect { try await make(alice.handle) } throws: { ChatError.has(.notAllowed)($0) }
            try await house.database.run { connection in
                try AccountRecords.create(
                    handle, displayName: DisplayName("Helper"), role: .bot, passwordHash: nil, by: .commandLine,
                    on: connection)
            }
            for _ in 0..<20 { try await make(handle) }
            await #expect { try await make(handle) } throws: { ChatError.has(.notAllowed)($0) }
        }
    }
}
