import ChatCore
import ChatStore
import HTTPTypes
import Hummingbird
import Logging
import PasswordPolicy
import Passwords

/// Signing up.
struct SignUpController: Sendable {
    let store: Store
    let hasher: PasswordHasher
    let cookies: SessionCookie
    let entrance: LogEntrance
    let defaultRoom: RoomName
    let policy: PasswordPolicy
    let limits: LogInLimits

    func add(to router: Router<AnonymousContext>) {
        router.route("/v1/accounts", [.post: signUp])
    }

    @Sendable private func signUp(_ request: Request, _ context: AnonymousContext) async throws -> Response {
        let body = try await request.jsonObject()
        let handle = try Handle(body.string("handle"))
        let displayName =
            try body.optionalString("displayName").map { text throws(ChatError) in try DisplayName(text) }
            ?? DisplayName(handle)
        let password = try Password(
            body.string("password"), policy, for: [handle.description, displayName.description])
        let delivery = try SessionCookie.Delivery(body)
        try limits.admitSignUp(from: context.clientAddress)
        let place = LoginPlace(request, context.clientAddress)
        let hash = try await hasher.hash(password.normalized)
        let token = SecretToken()
        let session = try await store.run { connection in
            try Accounts.signUp(
                handle, displayName: displayName, passwordHash: hash, token: token,
                at: place, on: connection)
        }
        do {
            _ = try await entrance.change(.joined, session.account, in: defaultRoom)
        } catch {
            // The account exists; who is not in the room can still join it.
            context.logger.warning("A new account could not join \(defaultRoom): \(error)")
        }
        return cookies.response(.created, session, token, delivery)
    }
}
