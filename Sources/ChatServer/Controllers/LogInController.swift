import ChatCore
import ChatStore
import HTTPTypes
import Hummingbird
import Limits
import Logging
import Passwords
import SecondFactor

/// Logging in with a password.
struct LogInController: Sendable {
    let store: Store
    let hasher: PasswordHasher
    let cookies: SessionCookie
    let former: FormerSession
    let devices: KnownDevices
    let limits: LogInLimits
    let seal: SecretSeal
    let entrance: LogInEntrance

    func add(to router: Router<AnonymousContext>) {
        router.route("/v1/sessions", [.post: logIn])
    }

    @Sendable private func logIn(_ request: Request, _ context: AnonymousContext) async throws -> Response {
        let body = try await request.jsonObject()
        let handle = try body.string("handle")
        let password = try body.string("password")
        let code = try body.optionalString("code")
        let delivery = try SessionCookie.Delivery(body)
        guard let attempt = Password(attempt: password) else { throw Self.wrongCredentials }
        return try await entrance.pass { try await begin(handle, attempt, code, delivery, request, context) }
    }

    private func begin(
        _ handle: String, _ attempt: Password, _ code: String?, _ delivery: SessionCookie.Delivery, _ request: Request,
        _ context: AnonymousContext
    ) async throws -> Response {
        try limits.admitLogIn(from: context.clientAddress)
        let device = cookies.device(in: request)
        let known = try await credentials(of: handle, on: device, in: context.clientAddress.network)
        let guesser = Self.guesser(known, device, context.clientAddress.network)
        let place = LoginPlace(request, context.clientAddress)
        let verdict = try await compare(attempt, code, with: known, handle, guesser, place, context)
        guard let known, var hash = known.passwordHash else { throw Self.wrongCredentials }
        guard !known.isDisabled else { throw try await refuseDisabled(known.account, from: place.address) }
        if verdict == .rightButWeak { hash = await strengthen(hash, of: known.account, attempt, context) }
        let token = SecretToken()
        let session = try await store.run { [hash] connection in
            try Sessions.begin(
                for: known.account.id, provedBy: hash, hasShownCode: known.hasSecondFactor, token: token, at: place,
                on: connection)
        }
        var response = cookies.response(.created, session, token, delivery)
        if delivery == .cookie {
            await devices.remember(device, of: session.account.id, in: session.id, &response, context.logger)
        }
        await former.end(request, delivery, from: place.address, context.logger)
        return response
    }

    private func credentials(
        of text: String, on device: SecretToken?, in network: IPAddress.Network
    ) async throws -> Accounts.Credentials? {
        guard let handle = try? Handle(text) else { return nil }
        return try await store.run { connection in
            try Accounts.credentials(of: handle, device: device, network: network.description, on: connection)
        }
    }

    private static func guesser(
        _ known: Accounts.Credentials?, _ device: SecretToken?, _ network: IPAddress.Network
    ) -> Guesser {
        if let known, let device, known.isKnownDevice { return .device(device.number) }
        return known?.isAtHome == true ? .neighbour(network) : .stranger(network)
    }

    /// Whoever has the right password of an account that has been shut out may know that, and an operator may too.
    private func refuseDisabled(_ account: Account, from address: String?) async throws -> ChatError {
        let entry = AuditEntry(.disabledRefused, account.id, isLoggedIn: false, from: address)
        try await store.run { try Audit.write(entry, on: $0) }
        return ChatError(.accountDisabled, "This account has been disabled. Whoever runs the server can enable it.")
    }

    /// Unknown accounts cost the same work and are limited in the same way, so that neither time nor limits tell anything.
    private func compare(
        _ attempt: Password, _ code: String?, with known: Accounts.Credentials?, _ handle: String, _ guesser: Guesser,
        _ place: LoginPlace, _ context: AnonymousContext
    ) async throws -> PasswordHasher.Verdict {
        var verdict = PasswordHasher.Verdict.wrong
        var refusal = Self.wrongCredentials
        let isRight = try await limits.guess(at: handle, by: guesser) {
            verdict = try await hasher.verify(
                attempt.normalized, against: known?.passwordHash, since: context.arrival)
            guard let known, verdict != .wrong, known.hasSecondFactor else { return verdict != .wrong }
            do {
                try await check(code, of: known.account.id, from: place.address)
                return true
            } catch let error as ChatError where error.code == .wrongCode {
                refusal = error
                return false
            } catch let error as ChatError where error.code == .secondFactorNotBegun {
                // It has just been turned off.
                return true
            }
        }
        guard isRight else {
            let act: AuditEntry.Act = verdict == .wrong ? .logInRefused : .codeRefused
            let entry = AuditEntry(act, known?.account.id, isLoggedIn: false, from: place.address)
            try await store.run { try Audit.write(entry, on: $0) }
            throw refusal
        }
        return verdict
    }

    /// - Throws: `second_factor_required`, `wrong_code`.
    private func check(_ code: String?, of account: AccountID, from address: String?) async throws {
        guard let code else {
            throw ChatError(
                .secondFactorRequired,
                "This account has a second factor. Send the authenticator app's code, or a recovery code, as code.",
                field: "code")
        }
        try await store.run { [seal] connection in
            try SecondFactors.verify(code, of: account, from: address, seal: seal, on: connection)
        }
    }

    /// The parameters or the pepper have changed since the password was set, and only now it is here to be hashed again.
    /// - Returns: the hash that is stored then.
    private func strengthen(
        _ stored: String, of account: Account, _ password: Password, _ context: AnonymousContext
    ) async -> String {
        do {
            let hash = try await hasher.hash(password.normalized, since: context.arrival)
            let isReplaced = try await store.run { connection in
                try Accounts.replaceHash(of: account.id, from: stored, to: hash, on: connection)
            }
            guard !isReplaced else { return hash }
            // Of two log-ins at once the other one was faster, or the password has just been changed.
            guard let current = try await store.run({ try Accounts.passwordHash(of: account.id, on: $0) }) else {
                return stored
            }
            let verdict = try await hasher.verify(password.normalized, against: current, since: context.arrival)
            return verdict == .wrong ? stored : current
        } catch {
            // The next log-in tries again.
            context.logger.notice("A password could not be hashed again: \(error)")
            return stored
        }
    }

    private static var wrongCredentials: ChatError {
        ChatError(.wrongCredentials, "There is no account with this handle and this password.")
    }
}

extension LoginPlace {
    /// Where a request comes from.
    init(_ request: Request, _ address: IPAddress) {
        self.init(device: request.headers[.userAgent] ?? "", address: address.description)
    }
}
