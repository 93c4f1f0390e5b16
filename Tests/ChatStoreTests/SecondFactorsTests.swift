import ChatCore
import Crypto
import Foundation
import Postgres
import SecondFactor
import Testing

@testable import ChatStore

/// Setting up an authenticator app, and what its codes and the recovery codes are good for.
@Suite struct SecondFactorsTests {
    private static let seal = SecretSeal(current: Array("a pepper of some length".utf8), previous: [])

    /// Somebody who has a second factor.
    private struct Person {
        let session: Session
        let secret: OneTimeSecret
        let codes: [RecoveryCode]
        let ended: [SessionID]
    }

    private func session(of account: Account, withCode: Bool = false, in house: House) async throws -> Session {
        try await house.database.run { connection in
            try Sessions.begin(
                for: account.id, provedBy: "x", hasShownCode: withCode, token: SecretToken(),
                at: LoginPlace(device: "", address: nil), on: connection)
        }
    }

    private func person(_ seal: SecretSeal = seal, in house: House) async throws -> Person {
        let session = try await session(of: house.account("alice"), in: house)
        let secret = OneTimeSecret()
        let code = Self.code(of: secret)
        let (codes, renewal) = try await house.database.run { connection in
            let session = try SecondFactors.begin(
                secret, askedBy: session, renewedBy: SecretToken(), seal: seal, on: connection)
            return try SecondFactors.confirm(
                code, askedBy: session, renewedBy: SecretToken(), from: nil, seal: seal, on: connection)
        }
        // The first code is used up; let it be the last step's, so that this step's code is a new one.
        try await house.database.run { try $0.execute(script: "UPDATE second_factors SET last_step = last_step - 2") }
        return Person(session: renewal.session, secret: secret, codes: codes, ended: renewal.others)
    }

    /// What the app shows: the one of a million that is right now.
    private static func code(of secret: OneTimeSecret) -> String {
        let step = Int64(Date().timeIntervalSince1970) / 30
        let counter = withUnsafeBytes(of: step.bigEndian) { Array($0) }
        let mac = Array(
            HMAC<Insecure.SHA1>.authenticationCode(for: counter, using: SymmetricKey(data: secret.bytes)))
        let offset = Int(mac[19] & 15)
        let number = mac[offset..<offset + 4].reduce(0) { $0 << 8 | Int($1) } & 0x7FFF_FFFF
        let text = String(number % 1_000_000)
        return String(repeating: "0", count: 6 - text.count) + text
    }

    private func verify(
        _ code: String, of person: Person, _ seal: SecretSeal = seal, in house: House
    ) async throws {
        try await house.database.run { connection in
            try SecondFactors.verify(code, of: person.session.account.id, from: nil, seal: seal, on: connection)
        }
    }

    /// A plain secret that is too short: whoever could damage the row would else log in without a code.
    @Test func aDamagedSecretLetsNobodyIn() async throws {
        try await House.with { house in
            let person = try await person(in: house)
            try await house.database.run {
                try $0.execute(script: #"UPDATE second_factors SET secret = '\x0002'"#)
            }
            await #expect(throws: SecretSeal.CannotOpen.self) {
                try await verify(Self.code(of: person.secret), of: person, in: house)
            }
        }
    }

    @Test func aCodeWorksOnce() async throws {
        try await House.with { house in
            let person = try await person(in: house)
            let code = Self.code(of: person.secret)
            try await verify(code, of: person, in: house)
            await #expect { try await verify(code, of: person, in: house) } throws: { ChatError.has(.wrongCode)($0) }
        }
    }

    /// Ten log-ins with the same code at once: one gets in.
    @Test func aCodeWorksOnceForAllAtOnce() async throws {
        try await House.with { house in
            let person = try await person(in: house)
            let code = Self.code(of: person.secret)
            let right = await withTaskGroup(of: Bool.self) { group in
                for _ in 0..<10 {
                    group.addTask { (try? await verify(code, of: person, in: house)) != nil }
                }
                return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
            }
            #expect(right == 1)
        }
    }

    @Test func aRecoveryCodeWorksOnce() async throws {
        try await House.with { house in
            let person = try await person(in: house)
            #expect(person.codes.count == 10)
            try await verify(person.codes[3].text.uppercased(), of: person, in: house)
            await #expect { try await verify(person.codes[3].text, of: person, in: house) } throws: {
                ChatError.has(.wrongCode)($0)
            }
            let standing = try await house.database.run { connection in
                try SecondFactors.standing(of: person.session.account.id, on: connection)
            }
            #expect(standing == .init(isOn: true, recoveryCodes: 9))
        }
    }

    @Test(arguments: ["000000", "", "12345", "abcd-efgh-ijkl-mnop-qrst-uvwx", "９９９９９９"])
    func wrongCodesAreRefused(code: String) async throws {
        try await House.with { house in
            let person = try await person(in: house)
            // One in a few hundred thousand runs would have this code for its right one.
            guard Self.code(of: person.secret) != code else { return }
            await #expect { try await verify(code, of: person, in: house) } throws: { ChatError.has(.wrongCode)($0) }
        }
    }

    @Test func settingItUpEndsTheOtherSessions() async throws {
        try await House.with { house in
            let person = try await person(in: house)
            #expect(person.ended.count == 1, "that of the sign-up")
            let again = try await session(of: person.session.account, withCode: true, in: house)
            #expect(again.hasSecondFactor)
        }
    }

    /// Its password was compared before the second factor was turned on, so nobody has asked it for a code.
    @Test func aLogInOfTheSameMomentShowsACodeOrIsEnded() async throws {
        try await House.with { house in
            let person = try await person(in: house)
            await #expect(throws: ChatError.notAuthenticated) {
                _ = try await session(of: person.session.account, in: house)
            }
            for turn in 0..<10 {
                let account = try await house.account("bob-\(turn)")
                let current = try await session(of: account, in: house)
                let secret = OneTimeSecret()
                let code = Self.code(of: secret)
                async let other = { try? await session(of: account, in: house) }()
                let renewal = try await house.database.run { connection in
                    let current = try SecondFactors.begin(
                        secret, askedBy: current, renewedBy: SecretToken(), seal: Self.seal, on: connection)
                    return try SecondFactors.confirm(
                        code, askedBy: current, renewedBy: SecretToken(), from: nil, seal: Self.seal, on: connection
                    ).renewal
                }
                _ = await other
                let left = try await house.database.run { try Sessions.list(of: account, on: $0) }
                #expect(left.map(\.session.id) == [renewal.session.id])
            }
        }
    }

    /// An older pepper is needed until the code was used once, whichever code that is; so is none.
    @Test(arguments: [nil, "an older pepper, 16 bytes and more"], [true, false])
    func aSecretIsSealedAgainWhenItIsUsed(_ former: String?, withRecoveryCode: Bool) async throws {
        let old = former.map { Array($0.utf8) }
        let (new, rest) = (Array("a newer pepper, 16 bytes and more".utf8), old.map { [$0] } ?? [])
        try await House.with { house in
            let person = try await person(SecretSeal(current: old, previous: []), in: house)
            let both = SecretSeal(current: new, previous: rest)
            let code = withRecoveryCode ? person.codes[0].text : Self.code(of: person.secret)
            try await verify(code, of: person, both, in: house)
            let stored = try await house.database.run { connection in
                try connection.run("SELECT secret FROM second_factors").first?.get("secret", as: Bytes.self).value ?? []
            }
            let context = "second factor of account \(person.session.account.id.rawValue)"
            #expect(stored.first == 1)
            #expect(try SecretSeal(current: new, previous: []).open(stored, for: context) == person.secret.bytes)
            // Under the same pepper it stays as it is.
            try await verify(person.codes[1].text, of: person, both, in: house)
            let again = try await house.database.run { connection in
                try connection.run("SELECT secret FROM second_factors").first?.get("secret", as: Bytes.self).value
            }
            #expect(again == stored)
        }
    }

    /// When the pepper is lost, the recovery codes are what is left.
    @Test func recoveryCodesNeedNoPepper() async throws {
        try await House.with { house in
            let person = try await person(in: house)
            let other = SecretSeal(current: Array("another pepper altogether".utf8), previous: [])
            await #expect(throws: SecretSeal.CannotOpen.self) {
                try await verify(Self.code(of: person.secret), of: person, other, in: house)
            }
            try await verify(person.codes[0].text, of: person, other, in: house)
        }
    }

    /// Nothing is asked for before a first code has shown that the app has the secret.
    @Test func whatWasBegunIsNotOn() async throws {
        try await House.with { house in
            let alice = try await house.account("alice")
            let session = try await session(of: alice, in: house)
            let standing = try await house.database.run { connection in
                var session = session
                for _ in 0..<2 {
                    session = try SecondFactors.begin(
                        OneTimeSecret(), askedBy: session, renewedBy: SecretToken(), seal: Self.seal, on: connection)
                }
                return try SecondFactors.standing(of: alice.id, on: connection)
            }
            #expect(!standing.isOn)
            let known = try await house.database.run { try Accounts.credentials(of: alice.handle, device: nil, on: $0) }
            #expect(known?.hasSecondFactor == false)
        }
    }

    @Test func anotherOneTakesTurningItOffFirst() async throws {
        try await House.with { house in
            let person = try await person(in: house)
            let begin = { (session: Session) in
                try await house.database.run { connection in
                    try SecondFactors.begin(
                        OneTimeSecret(), askedBy: session, renewedBy: SecretToken(), seal: Self.seal, on: connection)
                }
            }
            await #expect { _ = try await begin(person.session) } throws: { ChatError.has(.secondFactorExists)($0) }
            let removal = try await house.database.run { connection in
                try SecondFactors.remove(
                    provedBy: person.codes[0].text, askedBy: person.session, renewedBy: SecretToken(), from: nil,
                    seal: Self.seal, on: connection)
            }
            #expect(!removal.session.hasSecondFactor)
            _ = try await begin(removal.session)
        }
    }

    /// The stored secret is unreadable without the pepper, and bound to its account.
    @Test func theStoredSecretIsSealed() async throws {
        try await House.with { house in
            let person = try await person(in: house)
            let stored = try await house.database.run { connection in
                try connection.run("SELECT secret FROM second_factors").first?.get("secret", as: Bytes.self)
            }
            #expect(stored.map { !$0.value.contains(person.secret.bytes) } == true)
            let other = try await house.account("mallory")
            try await house.database.run { connection in
                _ = try connection.run(
                    """
                    INSERT INTO second_factors (account_id, secret, confirmed_at)
                    SELECT \(other.id), secret, now() FROM second_factors
                    """)
            }
            let code = Self.code(of: person.secret)
            await #expect(throws: SecretSeal.CannotOpen.self) {
                try await house.database.run { connection in
                    try SecondFactors.verify(code, of: other.id, from: nil, seal: Self.seal, on: connection)
                }
            }
        }
    }
}
