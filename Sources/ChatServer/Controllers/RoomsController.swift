import ChatCore
import ChatStore
import HTTPTypes
import Hummingbird

/// Rooms and who is in them.
struct RoomsController: Sendable {
    let store: Store
    let entrance: LogEntrance
    let limits: LogInLimits

    func add(to router: RouterGroup<AuthenticatedContext>) {
        router.route("/v1/rooms", [.get: list, .post: create])
        router.route("/v1/rooms/:room", [.get: show])
        router.route("/v1/rooms/:room/members/me", [.put: join, .delete: leave])
    }

    @Sendable private func list(_ request: Request, _ context: AuthenticatedContext) async throws -> Response {
        let account = try context.session(with: .read).account.id
        let rooms = try await store.run { try Rooms.all(for: account, on: $0) }
        return .json { json in
            json.array("rooms") { json in for room in rooms { json.object { $0.members(of: room) } } }
        }
    }

    @Sendable private func create(_ request: Request, _ context: AuthenticatedContext) async throws -> Response {
        let session = try context.session(with: .createRooms)
        let body = try await request.jsonObject()
        let name = try RoomName(body.string("name"), field: "name")
        let title =
            try body.optionalString("title").map { text throws(ChatError) in try RoomTitle(text) } ?? RoomTitle(name)
        try limits.admitRoom(by: session.account.id)
        try await store.run { try Rooms.create(name, title: title, for: session.account.id, on: $0) }
        return try await room(name, .created, context)
    }

    @Sendable private func show(_ request: Request, _ context: AuthenticatedContext) async throws -> Response {
        _ = try context.session(with: .read)
        return try await room(context.parameters.room(), .ok, context)
    }

    @Sendable private func join(_ request: Request, _ context: AuthenticatedContext) async throws -> Response {
        let name = try context.parameters.room()
        _ = try await entrance.change(.joined, context.session(with: .join).account, in: name)
        return try await room(name, .ok, context)
    }

    @Sendable private func leave(_ request: Request, _ context: AuthenticatedContext) async throws -> Response {
        do {
            _ = try await entrance.change(.left, context.session(with: .join).account, in: context.parameters.room())
        } catch let error as ChatError where error.code == .notAMember {
            // Who is not there has left already.
        }
        return Response(status: .noContent)
    }

    private func room(
        _ name: RoomName, _ status: HTTPResponse.Status, _ context: AuthenticatedContext
    ) async throws -> Response {
        let account = context.session.account.id
        let room = try await store.run { try Rooms.find(name, for: account, on: $0) }
        return .json(status) { json in json.object("room") { $0.members(of: room) } }
    }
}
