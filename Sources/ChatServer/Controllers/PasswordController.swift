import ChatCore
import ChatRealtime
import ChatStore
import HTTPTypes
import Hummingbird
import Limits
import PasswordPolicy
import Passwords

/// Changing one's password.
struct PasswordController: Sendable {
    let store: Store
    let hasher: PasswordHasher
    let hub: Hub
    let policy: PasswordPolicy
    let limits: LogInLimits

    func add(to authenticated: RouterGroup<AuthenticatedContext>) {
        authenticated.route("/v1/me/password", [.put: change])
    }

    /// Whoever has stolen a session does not get the account: the old password is asked for, and every other session ends.
    @Sendable private func change(_ request: Request, _ context: AuthenticatedContext) async throws -> Response {
        let session = try context.session(with: .account)
        let body = try await request.jsonObject()
        let old = Password(attempt: try body.string("oldPassword"))
        let address = context.clientAddress.description
        let names = [session.account.handle.description, session.account.displayName.description]
        let new = try Password(body.string("newPassword"), policy, for: names, field: "newPassword")
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

    private static var wrongPassword: ChatError {
        ChatError(.wrongPassword, "The old password is another one. Nothing was changed.", field: "oldPassword")
    }
}
