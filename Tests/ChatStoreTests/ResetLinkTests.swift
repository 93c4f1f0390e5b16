import ChatCore
import Postgres
import Testing

@testable import ChatStore

/// What makes a link to choose a password good for nothing, and a device a stranger.
@Suite struct ResetLinkTests {
    /// What may happen to an account while somebody has a link for it.
    enum Act: CaseIterable, Sendable {
        case role
        case disable
        case signOut
        case newPassword
    }

    private func link(for account: Account, in house: House) async throws -> SecretToken {
        let token = SecretToken()
        _ = try await house.database.run { connection in
            try PasswordResets.create(token, for: account.handle, by: .commandLine, on: connection)
        }
        return token
    }

    private func begin(_ account: Account, in house: House) async throws -> Session {
        try await house.database.run { connection in
            try Sessions.begin(
                for: account.id, provedBy: "x", token: SecretToken(), at: LoginPlace(device: "", address: nil),
                on: connection)
        }
    }

    private func happens(_ act: Act, to session: Session, in house: House) async throws {
        let handle = session.account.handle
        _ = try await house.database.run { connection -> [SessionID] in
            switch act {
            case .role: try AccountRecords.change(handle, to: .admin, by: .commandLine, on: connection)
            case .disable: try AccountRecords.setDisabled(true, handle, by: .commandLine, on: connection)
            case .signOut: try AccountRecords.signOut(handle, by: .commandLine, on: connection)
            case .newPassword:
                try Accounts.changePassword(
                    from: "x", to: "y", askedBy: session, token: SecretToken(), from: nil, on: connection)?.others ?? []
            }
        }
    }

    private func use(_ token: SecretToken, in house: House) async throws {
        _ = try await house.database.run { connection in
            try PasswordResets.use(token, passwordHash: "z", from: nil, on: connection)
        }
    }

    /// An administrator who had made one for a member would be an owner with it, once the member is one.
    @Test(arguments: Act.allCases)
    func aLinkIsGoodForNothingAfter(_ act: Act) async throws {
        try await House.with { house in
            let alice = try await house.account("alice")
            let session = try await begin(alice, in: house)
            let token = try await link(for: alice, in: house)
            try await happens(act, to: session, in: house)
            await #expect { try await use(token, in: house) } throws: { ChatError.has(.linkNotValid)($0) }
            let hash = try await house.database.run { try Accounts.passwordHash(of: alice.id, on: $0) }
            #expect(hash == (act == .newPassword ? "y" : "x"))
            if act != .disable { try await use(link(for: alice, in: house), in: house) }
        }
    }

    /// Both lock the account first: neither a deadlock, nor a link that works after it was made void.
    @Test func aLinkOfTheSameMomentComesBeforeOrAfter() async throws {
        try await House.with { house in
            for turn in 0..<20 {
                let alice = try await house.account("alice-\(turn)")
                let token = try await link(for: alice, in: house)
                async let isUsed = { (try? await use(token, in: house)) != nil }()
                let ended = try await house.database.run { connection in
                    try AccountRecords.change(alice.handle, to: .owner, by: .commandLine, on: connection)
                }
                let hash = try await house.database.run { try Accounts.passwordHash(of: alice.id, on: $0) }
                #expect(await isUsed ? ended.isEmpty : !ended.isEmpty)
                #expect((hash == "z") == ended.isEmpty)
            }
        }
    }

    @Test(arguments: [Act.disable, .signOut, .newPassword, nil])
    func noDeviceIsKnownAfter(_ act: Act?) async throws {
        try await House.with { house in
            let alice = try await house.account("alice")
            let session = try await begin(alice, in: house)
            let device = try await house.database.run { try Devices.remember(nil, of: alice.id, on: $0) }
            let isKnown = {
                try await house.database.run { connection in
                    try Accounts.credentials(of: alice.handle, device: device, on: connection)?.isKnownDevice
                }
            }
            #expect(try await isKnown() == true)
            if let act {
                try await happens(act, to: session, in: house)
            } else {
                try await use(link(for: alice, in: house), in: house)
            }
            #expect(try await isKnown() == false)
            // A log-in of that moment comes too late to make it known.
            await #expect(throws: ChatError.notAuthenticated) {
                _ = try await house.database.run { connection in
                    try Devices.remember(device, of: alice.id, in: session.id, on: connection)
                }
            }
            #expect(try await isKnown() == false)
        }
    }
}
