import ChatCore
import ChatRealtime
import ChatStore
import HTTPTypes
import Hummingbird

/// Other people's accounts, for those who administer.
struct AccountsController: Sendable {
    let store: Store
    let hub: Hub
    let links: Links
    let newcomers: Newcomers

    func add(to authenticated: RouterGroup<AuthenticatedContext>) {
        let account: RouterPath = "/v1/admin/accounts/:account"
        authenticated.route("/v1/admin/accounts", [.get: list, .post: create])
        authenticated.route(account, [.get: show])
        authenticated.route("\(account)/role", [.put: changeRole])
        authenticated.route("\(account)/disabled", [.put: setDisabled])
        authenticated.route("\(account)/sessions", [.delete: signOut])
        authenticated.route("\(account)/second-factor", [.delete: removeSecondFactor])
        authenticated.route("\(account)/password-reset", [.post: resetPassword])
    }

    @Sendable private func list(_ request: Request, _ context: AuthenticatedContext) async throws -> Response {
        _ = try context.administrator()
        let limit = try request.integerParameter("limit", in: 1...AccountRecords.pageLimit) ?? 50
        let after = try request.uri.queryParameters["after"].map { text throws(ChatError) in
            try Handle(String(text), field: "after")
        }
        let records = try await store.run { try AccountRecords.list(after: after, limit: limit, on: $0) }
        return .json { json in
            json.array("accounts") { json in for record in records { json.object { $0.members(of: record) } } }
        }
    }

    @Sendable private func show(_ request: Request, _ context: AuthenticatedContext) async throws -> Response {
        _ = try context.administrator()
        return try await record(of: context.parameters.account(), .ok)
    }

    /// People get a link to choose a password with; bots get tokens later.
    @Sendable private func create(_ request: Request, _ context: AuthenticatedContext) async throws -> Response {
        let administrator = try context.administrator()
        let body = try await request.jsonObject()
        let handle = try Handle(body.string("handle"))
        let name =
            try body.optionalString("displayName").map { text throws(ChatError) in try DisplayName(text) }
            ?? DisplayName(handle)
        let role = try Self.role(try body.optionalString("role") ?? "member", of: [.owner, .admin, .member, .bot])
        guard role != .bot else {
            try await store.run { connection in
                try AccountRecords.create(
                    handle, displayName: name, role: role, passwordHash: nil, by: administrator, on: connection)
            }
            await newcomers.join(try await account(of: handle))
            return try await record(of: handle, .created)
        }
        let token = SecretToken()
        let end = try await store.run { connection in
            try AccountRecords.create(
                handle, displayName: name, role: role, reset: token, by: administrator, on: connection)
        }
        await newcomers.join(try await account(of: handle))
        return try await record(of: handle, .created, links.passwordReset(token), until: end)
    }

    @Sendable private func changeRole(_ request: Request, _ context: AuthenticatedContext) async throws -> Response {
        let administrator = try context.administrator()
        let role = try Self.role(try await request.jsonObject().string("role"), of: [.owner, .admin, .member])
        let handle = try context.parameters.account()
        hub.end(
            Set(try await store.run { try AccountRecords.change(handle, to: role, by: administrator, on: $0) }))
        return try await record(of: handle, .ok)
    }

    @Sendable private func setDisabled(_ request: Request, _ context: AuthenticatedContext) async throws -> Response {
        let administrator = try context.administrator()
        let isDisabled = try await request.jsonObject().bool("disabled")
        let handle = try context.parameters.account()
        let ended = try await store.run { connection in
            try AccountRecords.setDisabled(isDisabled, handle, by: administrator, on: connection)
        }
        hub.end(Set(ended))
        return try await record(of: handle, .ok)
    }

    @Sendable private func signOut(_ request: Request, _ context: AuthenticatedContext) async throws -> Response {
        let administrator = try context.administrator()
        let handle = try context.parameters.account()
        let ended = try await store.run { try AccountRecords.signOut(handle, by: administrator, on: $0) }
        hub.end(Set(ended))
        return .json { $0.member("ended", Int64(ended.count)) }
    }

    @Sendable private func removeSecondFactor(
        _ request: Request, _ context: AuthenticatedContext
    ) async throws -> Response {
        let administrator = try context.administrator()
        let handle = try context.parameters.account()
        hub.end(Set(try await store.run { try SecondFactors.remove(of: handle, by: administrator, on: $0) }))
        return Response(status: .noContent)
    }

    @Sendable private func resetPassword(_ request: Request, _ context: AuthenticatedContext) async throws -> Response {
        let administrator = try context.administrator()
        let handle = try context.parameters.account()
        let token = SecretToken()
        let end = try await store.run { try PasswordResets.create(token, for: handle, by: administrator, on: $0) }
        return .json(.created) { $0.members(ofLink: links.passwordReset(token), until: end) }
    }

    /// - Parameter link: with which the person chooses a password.
    private func record(
        of handle: Handle, _ status: HTTPResponse.Status, _ link: String? = nil, until end: Timestamp? = nil
    ) async throws -> Response {
        let record = try await store.run { try AccountRecords.find(handle, on: $0) }
        return .json(status) { json in
            json.object("account") { $0.members(of: record) }
            if let link, let end { json.object("passwordReset") { $0.members(ofLink: link, until: end) } }
        }
    }

    private func account(of handle: Handle) async throws -> Account {
        try await store.run { try AccountRecords.find(handle, on: $0).account }
    }

    private static func role(_ text: String, of roles: [Role]) throws(ChatError) -> Role {
        guard let role = Role(rawValue: text), roles.contains(role) else {
            throw .invalid("role", "role is one of \(roles.map(\.rawValue).joined(separator: ", ")).")
        }
        return role
    }
}

extension Parameters {
    /// The account in the path.
    /// - Throws: `account_not_found` for a handle that nobody can have.
    func account() throws(ChatError) -> Handle {
        do { return try Handle(get("account") ?? "") } catch { throw .accountNotFound }
    }
}

extension JSONWriter {
    fileprivate mutating func members(of record: AccountRecord) {
        members(of: record.account)
        member("role", record.role.rawValue)
        member("disabled", record.isDisabled)
        member("erased", record.isErased)
        member("password", record.hasPassword)
        member("secondFactor", record.hasSecondFactor)
        member("createdAt", record.createdAt)
        if let at = record.lastSeenAt { member("lastSeenAt", at) }
    }

    fileprivate mutating func members(ofLink link: String, until end: Timestamp) {
        member("link", link)
        member("expiresAt", end)
    }
}
