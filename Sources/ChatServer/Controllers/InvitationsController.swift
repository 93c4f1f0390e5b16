import ChatCore
import ChatStore
import HTTPTypes
import Hummingbird

/// Inviting people, for those who administer.
struct InvitationsController: Sendable {
    let store: Store
    let links: Links

    func add(to authenticated: RouterGroup<AuthenticatedContext>) {
        authenticated.route("/v1/admin/invitations", [.get: list, .post: create])
        authenticated.route("/v1/admin/invitations/:invitation", [.delete: revoke])
    }

    @Sendable private func list(_ request: Request, _ context: AuthenticatedContext) async throws -> Response {
        _ = try context.administrator()
        let invitations = try await store.run { try Invitations.list(on: $0) }
        return .json { json in
            json.array("invitations") { json in
                for invitation in invitations { json.object { $0.members(of: invitation) } }
            }
        }
    }

    @Sendable private func create(_ request: Request, _ context: AuthenticatedContext) async throws -> Response {
        let administrator = try context.administrator()
        let body = try await request.jsonObject()
        let uses = try body.optionalInteger("uses", in: Invitation.usesRange) ?? 1
        let days = try body.optionalInteger("days", in: Invitation.daysRange) ?? 7
        let room = try body.optionalString("room").map { text throws(ChatError) in try RoomName(text, field: "room") }
        let code = SecretToken()
        let invitation = try await store.run { connection in
            try Invitations.create(code, uses: uses, days: days, room: room, by: administrator, on: connection)
        }
        return .json(.created) { json in
            json.object("invitation") { $0.members(of: invitation) }
            json.member("code", code.text)
            json.member("link", links.invitation(code))
        }
    }

    @Sendable private func revoke(_ request: Request, _ context: AuthenticatedContext) async throws -> Response {
        let administrator = try context.administrator()
        let id = InvitationID(rawValue: context.parameters.get("invitation", as: Int64.self) ?? 0)
        try await store.run { try Invitations.revoke(id, by: administrator, on: $0) }
        return Response(status: .noContent)
    }
}

extension JSONWriter {
    fileprivate mutating func members(of invitation: Invitation) {
        member("id", invitation.id.rawValue)
        member("uses", invitation.uses)
        member("used", invitation.used)
        member("room", invitation.room?.description)
        member("createdBy", invitation.createdBy?.description)
        member("createdAt", invitation.createdAt)
        member("expiresAt", invitation.expiresAt)
    }
}
