import ChatCore
import ChatRealtime
import ChatStore
import HTTPTypes
import Hummingbird
import Limits
import Postgres
import SecondFactor

/// The account's own second factor. Whatever is done with it replaces the session that asks.
struct SecondFactorController: Sendable {
    /// What an authenticator app shows above the code.
    let issuer: String
    let store: Store
    let hub: Hub
    let limits: LogInLimits
    let seal: SecretSeal
    let cookies: SessionCookie
    let confirmation: PasswordConfirmation

    func add(to authenticated: RouterGroup<AuthenticatedContext>) {
        authenticated.route("/v1/me/second-factor", [.post: begin, .put: confirm])
        authenticated.route("/v1/me/second-factor/recovery-codes", [.post: replaceCodes])
        authenticated.route("/v1/me/second-factor/removal", [.post: remove])
    }

    @Sendable private func begin(_ request: Request, _ context: AuthenticatedContext) async throws -> Response {
        let session = try context.session(with: .account)
        let body = try await request.jsonObject()
        _ = try await confirmation.confirm(body.string("password"), field: "password", context)
        let (secret, token) = (OneTimeSecret(), SecretToken())
        let renewed = try await store.run { [seal] connection in
            try SecondFactors.begin(secret, askedBy: session, renewedBy: token, seal: seal, on: connection)
        }
        return cookies.renewal(renewed, token, context.delivery) { json in
            json.member("secret", secret.base32)
            json.member("uri", secret.uri(issuer: issuer, account: session.account.handle.description))
        }
    }

    @Sendable private func confirm(_ request: Request, _ context: AuthenticatedContext) async throws -> Response {
        let session = try context.session(with: .account)
        let code = try await request.jsonObject().string("code")
        let token = SecretToken()
        let (codes, renewal) = try await guess(context) { [seal] address, connection in
            try SecondFactors.confirm(
                code, askedBy: session, renewedBy: token, from: address, seal: seal, on: connection)
        }
        hub.end(Set(renewal.others))
        return cookies.renewal(renewal.session, token, context.delivery) { $0.members(of: codes) }
    }

    @Sendable private func replaceCodes(_ request: Request, _ context: AuthenticatedContext) async throws -> Response {
        let session = try context.session(with: .account)
        let code = try await confirmedCode(request, context)
        let token = SecretToken()
        let (codes, renewed) = try await guess(context) { [seal] address, connection in
            try SecondFactors.replaceRecoveryCodes(
                provedBy: code, askedBy: session, renewedBy: token, from: address, seal: seal, on: connection)
        }
        return cookies.renewal(renewed, token, context.delivery) { $0.members(of: codes) }
    }

    @Sendable private func remove(_ request: Request, _ context: AuthenticatedContext) async throws -> Response {
        let session = try context.session(with: .account)
        let code = try await confirmedCode(request, context)
        let token = SecretToken()
        let renewal = try await guess(context) { [seal] address, connection in
            try SecondFactors.remove(
                provedBy: code, askedBy: session, renewedBy: token, from: address, seal: seal, on: connection)
        }
        hub.end(Set(renewal.others))
        return cookies.renewal(renewal.session, token, context.delivery)
    }

    /// Asks for the password and takes the code, which has not been compared then.
    private func confirmedCode(_ request: Request, _ context: AuthenticatedContext) async throws -> String {
        let body = try await request.jsonObject()
        let code = try body.string("code")
        _ = try await confirmation.confirm(body.string("password"), field: "password", context)
        return code
    }

    /// Six digits are soon guessed by whoever may guess without end.
    private func guess<T: Sendable>(
        _ context: AuthenticatedContext, _ body: @escaping @Sendable (String, Connection) throws -> T
    ) async throws -> T {
        let (session, address) = (context.session, context.clientAddress.description)
        var outcome: Result<T, ChatError>?
        let isRight = try await limits.guess(at: session.account.handle.description, by: .coder) {
            do {
                outcome = .success(try await store.run { try body(address, $0) })
                return true
            } catch let error as ChatError where error.code == .wrongCode {
                outcome = .failure(error)
                return false
            }
        }
        if !isRight {
            let entry = AuditEntry(.codeRefused, session.account.id, from: address, session: session.id)
            try await store.run { try Audit.write(entry, on: $0) }
        }
        guard let outcome else { throw CancellationError() }
        return try outcome.get()
    }
}

extension JSONWriter {
    fileprivate mutating func members(of codes: [RecoveryCode]) {
        array("recoveryCodes") { json in for code in codes { json.element(code.text) } }
    }
}
