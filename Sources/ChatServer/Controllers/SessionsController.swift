import ChatCore
import ChatRealtime
import ChatStore
import HTTPTypes
import Hummingbird
import Passwords

/// Logging in and out, and who am I.
struct SessionsController: Sendable {
    let store: Store
    let hasher: PasswordHasher
    let cookies: SessionCookie
    let hub: Hub

    func add(to router: Router<AnonymousContext>, _ authenticated: RouterGroup<AuthenticatedContext>) {
        router.route("/v1/sessions", [.post: logIn])
        authenticated.route("/v1/sessions/current", [.delete: logOut])
        authenticated.route("/v1/me", [.get: me])
    }

    @Sendable private func logIn(_ request: Request, _ context: AnonymousContext) async throws -> Response {
        let body = try await request.jsonObject()
        let handleText = try body.string("handle")
        let passwordText = try body.string("password")
        let delivery = try SessionCookie.Delivery(body)
        guard let attempt = Password(attempt: passwordText) else { throw Self.wrongCredentials }
        let handle = try? Handle(handleText)
        let known = try await store.run { connection in
            try handle.flatMap { try Accounts.credentials(of: $0, on: connection) }
        }
        // Unknown accounts cost the same work, so that the time tells nothing.
        let matches = try await hasher.verify(attempt.normalized, against: known?.passwordHash)
        guard let account = known?.account, matches else { throw Self.wrongCredentials }
        let token = SessionToken()
        let session = try await store.run { try Sessions.create(for: account, token: token, on: $0) }
        return cookies.response(.created, session, token, delivery)
    }

    @Sendable private func logOut(_ request: Request, _ context: AuthenticatedContext) async throws -> Response {
        let session = context.session.id
        try await store.run { try Sessions.end(session, on: $0) }
        hub.end(session)
        var response = Response(status: .noContent)
        cookies.clear(in: &response)
        return response
    }

    @Sendable private func me(_ request: Request, _ context: AuthenticatedContext) async throws -> Response {
        .json { json in
            json.object("account") { $0.members(of: context.session.account) }
            json.object("session") { $0.members(of: context.session) }
        }
    }

    private static var wrongCredentials: ChatError {
        ChatError(.wrongCredentials, "There is no account with this handle and this password.")
    }
}
