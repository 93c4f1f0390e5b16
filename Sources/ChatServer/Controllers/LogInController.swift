import ChatCore
import ChatStore
import HTTPTypes
import Hummingbird
import Limits
import Logging
import Passwords

/// Logging in with a password.
struct LogInController: Sendable {
    let store: Store
    let hasher: PasswordHasher
    let cookies: SessionCookie
    let limits: LogInLimits

    func add(to router: Router<AnonymousContext>) {
        router.route("/v1/sessions", [.post: logIn])
    }

    @Sendable private func logIn(_ request: Request, _ context: AnonymousContext) async throws -> Response {
        let body = try await request.jsonObject()
        let handle = try body.string("handle")
        let password = try body.string("password")
        let delivery = try SessionCookie.Delivery(body)
        guard let attempt = Password(attempt: password) else { throw Self.wrongCredentials }
        try limits.admitLogIn(from: context.clientAddress)
        let device = cookies.device(in: request)
        let known = try await credentials(of: handle, on: device)
        let place = LoginPlace(request, context)
        try await compare(attempt, with: known, handle, place, context)
        guard let account = known?.account else { throw Self.wrongCredentials }
        let token = SecretToken()
        let session = try await store.run { try Sessions.begin(for: account, token: token, at: place, on: $0) }
        var response = cookies.response(.created, session, token, delivery)
        if delivery == .cookie {
            let device = device ?? SecretToken()
            try await store.run { try Devices.remember(device, of: account.id, on: $0) }
            cookies.add(device: device, to: &response)
        }
        return response
    }

    private func credentials(of text: String, on device: SecretToken?) async throws -> Accounts.Credentials? {
        guard let handle = try? Handle(text) else { return nil }
        return try await store.run { try Accounts.credentials(of: handle, device: device, on: $0) }
    }

    /// Unknown accounts cost the same work and are limited in the same way, so that neither time nor limits tell anything.
    private func compare(
        _ attempt: Password, with known: Accounts.Credentials?, _ handle: String, _ place: LoginPlace,
        _ context: AnonymousContext
    ) async throws {
        var verdict = PasswordHasher.Verdict.wrong
        let isRight = try await limits.guess(
            at: handle, from: context.clientAddress, isKnownDevice: known?.isKnownDevice == true
        ) {
            verdict = try await hasher.verify(attempt.normalized, against: known?.passwordHash)
            return verdict != .wrong
        }
        guard let known, isRight else {
            let entry = AuditEntry(.logInRefused, known?.account.id, isLoggedIn: false, from: place.address)
            try await store.run { try Audit.write(entry, on: $0) }
            throw Self.wrongCredentials
        }
        if verdict == .rightButWeak { await strengthen(known, attempt, context) }
    }

    /// The parameters or the pepper have changed since the password was set, and only now it is here to be hashed again.
    private func strengthen(
        _ known: Accounts.Credentials, _ password: Password, _ context: AnonymousContext
    ) async {
        do {
            let hash = try await hasher.hash(password.normalized)
            try await store.run { connection in
                _ = try Accounts.replaceHash(
                    of: known.account.id, from: known.passwordHash, to: hash, on: connection)
            }
        } catch {
            // The next log-in tries again.
            context.logger.notice("A password could not be hashed again: \(error)")
        }
    }

    private static var wrongCredentials: ChatError {
        ChatError(.wrongCredentials, "There is no account with this handle and this password.")
    }
}

extension LoginPlace {
    /// Where a request comes from.
    init(_ request: Request, _ context: AnonymousContext) {
        self.init(device: request.headers[.userAgent] ?? "", address: context.clientAddress.description)
    }
}
