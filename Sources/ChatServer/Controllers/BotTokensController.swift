import ChatCore
import ChatRealtime
import ChatStore
import HTTPTypes
import Hummingbird

/// The tokens of bots, for those who administer.
struct BotTokensController: Sendable {
    let store: Store
    let hub: Hub

    func add(to authenticated: RouterGroup<AuthenticatedContext>) {
        authenticated.route("/v1/admin/accounts/:account/tokens", [.get: list, .post: create])
        authenticated.route("/v1/admin/accounts/:account/tokens/:token", [.delete: revoke])
    }

    @Sendable private func list(_ request: Request, _ context: AuthenticatedContext) async throws -> Response {
        _ = try context.administrator()
        let handle = try context.parameters.account()
        let tokens = try await store.run { connection in
            _ = try AccountRecords.find(handle, on: connection)
            return try Bots.tokens(of: handle, on: connection)
        }
        return .json { json in
            json.array("tokens") { json in for token in tokens { json.object { $0.members(of: token) } } }
        }
    }

    @Sendable private func create(_ request: Request, _ context: AuthenticatedContext) async throws -> Response {
        let administrator = try context.administrator()
        let handle = try context.parameters.account()
        let body = try await request.jsonObject()
        let name = try BotToken.checkedName(body.string("name"))
        let scopes = try Rights(scopes: body.strings("scopes"))
        let days = try body.optionalInteger("days", in: BotToken.daysRange) ?? 365
        let token = SecretToken()
        let made = try await store.run { connection in
            try Bots.createToken(
                token, named: name, for: handle, scopes: scopes, days: days, by: administrator, on: connection)
        }
        return .json(.created) { json in
            json.object("token") { json in
                json.members(of: made)
                json.member("token", token.text)
            }
        }
    }

    @Sendable private func revoke(_ request: Request, _ context: AuthenticatedContext) async throws -> Response {
        let administrator = try context.administrator()
        let handle = try context.parameters.account()
        let id = SessionID(rawValue: context.parameters.get("token", as: Int64.self) ?? 0)
        try await store.run { try Bots.revoke(id, of: handle, by: administrator, on: $0) }
        hub.end([id])
        return Response(status: .noContent)
    }
}

extension JSONWriter {
    fileprivate mutating func members(of token: BotToken) {
        member("id", token.id.rawValue)
        member("name", token.name)
        array("scopes") { json in for name in token.scopes.names { json.element(name) } }
        member("createdAt", token.createdAt)
        member("expiresAt", token.expiresAt)
    }
}
