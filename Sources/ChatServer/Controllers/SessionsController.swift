import ChatCore
import ChatRealtime
import ChatStore
import HTTPTypes
import Hummingbird
import Limits

/// The account's own sessions: this one and those on other devices, to end which takes the password and replaces this one.
struct SessionsController: Sendable {
    let store: Store
    let cookies: SessionCookie
    let hub: Hub
    let authenticator: Authenticator
    let confirmation: PasswordConfirmation

    func add(to authenticated: RouterGroup<AuthenticatedContext>) {
        authenticated.route("/v1/me/sessions", [.get: list])
        authenticated.route("/v1/me/sessions/removal", [.post: endOthers])
        authenticated.route("/v1/me/sessions/:session/removal", [.post: end])
        authenticated.route("/v1/sessions/current", [.delete: logOut])
        authenticated.route("/v1/me", [.get: me])
    }

    @Sendable private func logOut(_ request: Request, _ context: AuthenticatedContext) async throws -> Response {
        let (session, address) = (context.session, context.clientAddress.description)
        _ = try await store.run { try Sessions.end(session, from: address, on: $0) }
        hub.end([session.id])
        var response = Response(status: .noContent)
        cookies.clear(in: &response)
        return response
    }

    @Sendable private func me(_ request: Request, _ context: AuthenticatedContext) async throws -> Response {
        let session = context.session
        let factor = try await store.run { try SecondFactors.standing(of: session.account.id, on: $0) }
        return .json { json in
            json.object("account") { $0.members(of: session.account) }
            json.object("session") { $0.members(of: session) }
            json.member("role", session.role.rawValue)
            json.array("rights") { json in for name in session.rights.names { json.element(name) } }
            json.object("secondFactor") { json in
                json.member("enabled", factor.isOn)
                json.member("recoveryCodes", factor.recoveryCodes)
                json.member("required", authenticator.isLacking(session))
            }
        }
    }

    @Sendable private func list(_ request: Request, _ context: AuthenticatedContext) async throws -> Response {
        let current = try context.session(with: .account)
        let records = try await store.run { try Sessions.list(of: current.account, on: $0) }
        return .json { json in
            json.array("sessions") { json in
                for record in records {
                    json.object { $0.members(of: record, isCurrent: record.session.id == current.id) }
                }
            }
        }
    }

    /// Whoever has stolen a session does not throw out its owner.
    @Sendable private func end(_ request: Request, _ context: AuthenticatedContext) async throws -> Response {
        let (current, address) = (try context.session(with: .account), context.clientAddress.description)
        try await confirm(request, context)
        guard let number = context.parameters.get("session", as: Int64.self) else { throw Self.notFound }
        let session = SessionID(rawValue: number)
        guard session != current.id else { throw Self.isCurrent }
        let token = SecretToken()
        let renewed = try await store.run {
            try Sessions.end(session, askedBy: current, renewedBy: token, from: address, on: $0)
        }
        guard let renewed else { throw Self.notFound }
        hub.end([session])
        return cookies.renewal(renewed, token, context.delivery)
    }

    @Sendable private func endOthers(_ request: Request, _ context: AuthenticatedContext) async throws -> Response {
        let (current, address) = (try context.session(with: .account), context.clientAddress.description)
        try await confirm(request, context)
        let token = SecretToken()
        let renewal = try await store.run {
            try Sessions.endOthers(askedBy: current, renewedBy: token, from: address, on: $0)
        }
        hub.end(Set(renewal.others))
        return cookies.renewal(renewal.session, token, context.delivery) {
            $0.member("ended", Int64(renewal.others.count))
        }
    }

    private func confirm(_ request: Request, _ context: AuthenticatedContext) async throws {
        let password = try await request.jsonObject().string("password")
        _ = try await confirmation.confirm(password, field: "password", context)
    }

    private static var isCurrent: ChatError {
        .invalid("session", "This is the session that asks. DELETE /v1/sessions/current logs out, without a password.")
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
