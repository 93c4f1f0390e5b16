import ChatCore
import ChatRealtime
import ChatStore
import HTTPTypes
import Hummingbird
import Passwords

/// Changing one's password.
struct PasswordController: Sendable {
    let store: Store
    let hasher: PasswordHasher
    let hub: Hub
    let minimum: Int

    func add(to authenticated: RouterGroup<AuthenticatedContext>) {
        authenticated.route("/v1/me/password", [.put: change])
    }

    /// Whoever has stolen a session does not get the account: the old password is asked for, and every other session ends.
    @Sendable private func change(_ request: Request, _ context: AuthenticatedContext) async throws -> Response {
        let body = try await request.jsonObject()
        let old = Password(attempt: try body.string("oldPassword"))
        let new = try Password(body.string("newPassword"), minimum: minimum, field: "newPassword")
        let session = context.session
        let stored = try await store.run { try Accounts.passwordHash(of: session.account.id, on: $0) }
        guard let old, let stored, try await hasher.verify(old.normalized, against: stored) else {
            throw Self.wrongPassword
        }
        let hash = try await hasher.hash(new.normalized)
        let ended = try await store.run { connection in
            try Accounts.changePassword(
                of: session.account.id, from: stored, to: hash, keeping: session.id, on: connection)
        }
        guard let ended else { throw Self.wrongPassword }
        hub.end(Set(ended))
        return Response(status: .noContent)
    }

    private static var wrongPassword: ChatError {
        ChatError(.wrongPassword, "The old password is another one. Nothing was changed.", field: "oldPassword")
    }
}
