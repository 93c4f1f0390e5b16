import ChatCore
import ChatRealtime
import ChatStore
import HTTPTypes
import Hummingbird
import Limits
import Logging
import PasswordPolicy
import Passwords

/// Changing one's password, and choosing a new one with a link.
struct PasswordController: Sendable {
    let store: Store
    let hasher: PasswordHasher
    let cookies: SessionCookie
    let devices: KnownDevices
    let hub: Hub
    let policy: PasswordPolicy
    let limits: LogInLimits
    let confirmation: PasswordConfirmation

    func add(to router: Router<AnonymousContext>, _ authenticated: RouterGroup<AuthenticatedContext>) {
        authenticated.route("/v1/me/password", [.put: change])
        router.route("/v1/password-resets", [.post: reset])
    }

    /// Whoever has stolen a session does not get the account: the old password is asked for, and every session ends, this one
    /// too, for which there is a new one.
    @Sendable private func change(_ request: Request, _ context: AuthenticatedContext) async throws -> Response {
        let session = try context.session(with: .account)
        let body = try await request.jsonObject()
        let old = try body.string("oldPassword")
        let new = try Password(
            body.string("newPassword"), policy, for: session.account.names, field: "newPassword")
        let stored = try await confirmation.confirm(old, field: "oldPassword", context)
        let hash = try await hasher.hash(new.normalized, since: context.arrival)
        let address = context.clientAddress.description
        let token = SecretToken()
        let changed = try await store.run { connection in
            try Accounts.changePassword(
                from: stored, to: hash, askedBy: session, token: token, from: address, on: connection)
        }
        guard let changed else { throw PasswordConfirmation.wrongPassword("oldPassword") }
        hub.end(Set(changed.others))
        var response = cookies.response(.ok, changed.session, token, context.delivery)
        // No device is known any more after a new password, so that of whoever has chosen it gets a new cookie.
        if context.delivery == .cookie {
            await devices.remember(nil, of: session.account.id, in: changed.session.id, &response, context.logger)
        }
        return response
    }

    /// A link is as good as the password, once: every session ends. The device is known from then on, so that its owner gets in
    /// whoever is guessing at the account.
    @Sendable private func reset(_ request: Request, _ context: AnonymousContext) async throws -> Response {
        let body = try await request.jsonObject()
        guard let token = SecretToken(presented: try body.string("token")) else { throw ChatError.linkNotValid }
        let text = try body.string("newPassword")
        try limits.admitLogIn(from: context.clientAddress)
        let account = try await store.run { try PasswordResets.account(of: token, on: $0) }
        let password = try Password(text, policy, for: account.names, field: "newPassword")
        let hash = try await hasher.hash(password.normalized, since: context.arrival)
        let address = context.clientAddress.description
        let ended = try await store.run { connection in
            try PasswordResets.use(token, passwordHash: hash, from: address, on: connection)
        }
        hub.end(Set(ended))
        var response = Response.json { $0.member("handle", account.handle.description) }
        await devices.remember(nil, of: account.id, in: nil, &response, context.logger)
        return response
    }
}

extension Account {
    /// What a password must not be made of.
    fileprivate var names: [String] { [handle.description, displayName.description] }
}
