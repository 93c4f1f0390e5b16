import ChatCore
import ChatRealtime
import ChatStore
import HTTPTypes
import Hummingbird
import Passwords

/// Logging in and out, here and on other devices.
struct SessionsController: Sendable {
    let store: Store
    let hasher: PasswordHasher
    let cookies: SessionCookie
    let hub: Hub

    func add(to router: Router<AnonymousContext>, _ authenticated: RouterGroup<AuthenticatedContext>) {
        router.route("/v1/sessions", [.post: logIn])
        authenticated.route("/v1/me/sessions", [.get: list, .delete: endOthers])
        authenticated.route("/v1/me/sessions/:session", [.delete: end])
        authenticated.route("/v1/sessions/current", [.delete: logOut])
        authenticated.route("/v1/me", [.get: me])
    }

    @Sendable private func logIn(_ request: Request, _ context: AnonymousContext) async throws -> Response {
        let body = try await request.jsonObject()
        let handleText = try body.string("handle")
        let passwordText = try body.string("password")
        let delivery = try SessionCookie.Delivery(body)
        let place = LoginPlace(request, context)
        guard let attempt = Password(attempt: passwordText) else { throw Self.wrongCredentials }
        let handle = try? Handle(handleText)
        let known = try await store.run { connection in
            try handle.flatMap { try Accounts.credentials(of: $0, on: connection) }
        }
        // Unknown accounts cost the same work, so that the time tells nothing.
        let matches = try await hasher.verify(attempt.normalized, against: known?.passwordHash)
        guard let account = known?.account, matches else { throw Self.wrongCredentials }
        let token = SessionToken()
        let session = try await store.run { try Sessions.create(for: account, token: token, at: place, on: $0) }
        return cookies.response(.created, session, token, delivery)
    }

    @Sendable private func logOut(_ request: Request, _ context: AuthenticatedContext) async throws -> Response {
        let session = context.session
        _ = try await store.run { try Sessions.end(session.id, of: session.account.id, on: $0) }
        hub.end([session.id])
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

    @Sendable private func list(_ request: Request, _ context: AuthenticatedContext) async throws -> Response {
        let current = context.session
        let records = try await store.run { try Sessions.list(of: current.account, on: $0) }
        return .json { json in
            json.array("sessions") { json in
                for record in records {
                    json.object { $0.members(of: record, isCurrent: record.session.id == current.id) }
                }
            }
        }
    }

    @Sendable private func end(_ request: Request, _ context: AuthenticatedContext) async throws -> Response {
        let account = context.session.account.id
        guard let number = context.parameters.get("session", as: Int64.self) else { throw Self.notFound }
        let session = SessionID(rawValue: number)
        let isEnded = try await store.run { try Sessions.end(session, of: account, on: $0) }
        guard isEnded else { throw Self.notFound }
        hub.end([session])
        return Response(status: .noContent)
    }

    @Sendable private func endOthers(_ request: Request, _ context: AuthenticatedContext) async throws -> Response {
        let current = context.session
        let ended = try await store.run { try Sessions.endOthers(than: current.id, of: current.account.id, on: $0) }
        hub.end(Set(ended))
        return .json { $0.member("ended", Int64(ended.count)) }
    }

    private static var wrongCredentials: ChatError {
        ChatError(.wrongCredentials, "There is no account with this handle and this password.")
    }

    private static var notFound: ChatError {
        ChatError(.sessionNotFound, "You have no such session; it may have ended. GET /v1/me/sessions lists them.")
    }
}

extension JSONWriter {
    fileprivate mutating func members(of record: SessionRecord, isCurrent: Bool) {
        members(of: record.session)
        member("current", isCurrent)
        member("device", record.place.device)
        member("address", record.place.address)
        member("lastSeenAt", record.lastSeenAt)
    }
}

extension LoginPlace {
    /// Where a request comes from.
    init(_ request: Request, _ context: AnonymousContext) {
        self.init(device: request.headers[.userAgent] ?? "", address: context.peerAddress)
    }
}
