import ChatCore
import ChatRealtime
import ChatStore
import HTTPTypes
import Hummingbird

/// Other people's accounts, for those who administer.
struct AccountsController: Sendable {
    let store: Store
    let hub: Hub

    func add(to authenticated: RouterGroup<AuthenticatedContext>) {
        let account: RouterPath = "/v1/admin/accounts/:account"
        authenticated.route("/v1/admin/accounts", [.get: list])
        authenticated.route(account, [.get: show])
        authenticated.route("\(account)/role", [.put: changeRole])
        authenticated.route("\(account)/disabled", [.put: setDisabled])
        authenticated.route("\(account)/sessions", [.delete: signOut])
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

    private func record(of handle: Handle, _ status: HTTPResponse.Status) async throws -> Response {
        let record = try await store.run { try AccountRecords.find(handle, on: $0) }
        return .json(status) { json in json.object("account") { $0.members(of: record) } }
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
        member("password", record.hasPassword)
        member("secondFactor", record.hasSecondFactor)
        member("createdAt", record.createdAt)
        if let at = record.lastSeenAt { member("lastSeenAt", at) }
    }
}
