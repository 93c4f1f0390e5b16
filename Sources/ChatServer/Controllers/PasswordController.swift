import ChatCore
import ChatRealtime
import ChatStore
import HTTPTypes
import Hummingbird
import Limits
import PasswordPolicy
import Passwords

/// Changing one's password, and choosing a new one with a link.
struct PasswordController: Sendable {
    let store: Store
    let hasher: PasswordHasher
    let hub: Hub
    let policy: PasswordPolicy
    let limits: LogInLimits

    func add(to router: Router<AnonymousContext>, _ authenticated: RouterGroup<AuthenticatedContext>) {
        authenticated.route("/v1/me/password", [.put: change])
        router.route("/v1/password-resets", [.post: reset])
    }

    /// Whoever has stolen a session does not get the account: the old password is asked for, and every other session ends.
    @Sendable private func change(_ request: Request, _ context: AuthenticatedContext) async throws -> Response {
        let session = try context.session(with: .account)
        let body = try await request.jsonObject()
        let old = Password(attempt: try body.string("oldPassword"))
        let address = context.clientAddress.description
        let new = try Password(body.string("newPassword"), policy, for: session.account.names, field: "newPassword")
        let stored = try await store.run { try Accounts.passwordHash(of: session.account.id, on: $0) }
        // A stolen session is no place to guess from either.
        let isRight = try await limits.guess(
            at: session.account.handle.description, from: context.clientAddress, isKnownDevice: true
        ) {
            try await hasher.verify(old?.normalized ?? "", against: old.flatMap { _ in stored }) != .wrong
        }
        guard let stored, isRight else {
            let entry = AuditEntry(.passwordRefused, session.account.id, from: address, session: session.id)
            try await store.run { try Audit.write(entry, on: $0) }
            throw Self.wrongPassword
        }
        let hash = try await hasher.hash(new.normalized)
        let ended = try await store.run { connection in
            try Accounts.changePassword(from: stored, to: hash, askedBy: session, from: address, on: connection)
        }
        guard let ended else { throw Self.wrongPassword }
        hub.end(Set(ended))
        return Response(status: .noContent)
    }

    /// A link is as good as the password, once: every session ends.
    @Sendable private func reset(_ request: Request, _ context: AnonymousContext) async throws -> Response {
        let body = try await request.jsonObject()
        guard let token = SecretToken(presented: try body.string("token")) else { throw ChatError.linkNotValid }
        let text = try body.string("newPassword")
        try limits.admitLogIn(from: context.clientAddress)
        let account = try await store.run { try PasswordResets.account(of: token, on: $0) }
        let password = try Password(text, policy, for: account.names, field: "newPassword")
        let hash = try await hasher.hash(password.normalized)
        let address = context.clientAddress.description
        let ended = try await store.run { connection in
            try PasswordResets.use(token, passwordHash: hash, from: address, on: connection)
        }
        hub.end(Set(ended))
        return .json { $0.member("handle", account.handle.description) }
    }

    private static var wrongPassword: ChatError {
        ChatError(.wrongPassword, "The old password is another one. Nothing was changed.", field: "oldPassword")
    }
}

extension Account {
    /// What a password must not be made of.
    fileprivate var names: [String] { [handle.description, displayName.description] }
}
