import ChatCore
import ChatStore
import HTTPTypes
import Hummingbird

/// A room's log over HTTP: reading its history, and sending without a socket.
struct EventsController: Sendable {
    let store: Store
    let entrance: LogEntrance

    func add(to router: RouterGroup<AuthenticatedContext>) {
        router.route("/v1/rooms/:room/events", [.get: history])
        router.route("/v1/rooms/:room/messages", [.post: send])
    }

    @Sendable private func history(_ request: Request, _ context: AuthenticatedContext) async throws -> Response {
        let room = try context.parameters.room()
        let range = try PageRange(request)
        let limit =
            try request.integerParameter("limit", in: 1...Int64(PageRange.limit)) ?? Int64(PageRange.defaultCount)
        let account = context.session.account.id
        let page = try await store.run { try RoomLog.page(room, range, limit: Int(limit), for: account, on: $0) }
        return .json { json in
            json.member("room", page.room.description)
            json.member("head", page.head)
            json.array("events") { json in for event in page.events { json.object { $0.members(of: event) } } }
            json.member("hasMore", page.hasMore)
        }
    }

    @Sendable private func send(_ request: Request, _ context: AuthenticatedContext) async throws -> Response {
        let room = try context.parameters.room()
        let body = try await request.jsonObject()
        let clientID = try ClientID(body.string("clientId"))
        let message = try MessageBody(body.string("body"))
        let receipt = try await entrance.append(
            Draft(room: room, author: context.session.account, content: .message(clientID, message)))
        return .json(receipt.duplicate ? .ok : .created) { $0.members(of: receipt, for: room, clientID) }
    }
}

extension PageRange {
    fileprivate init(_ request: Request) throws(ChatError) {
        let before = try request.integerParameter("before", in: 1...9_007_199_254_740_991)
        let after = try request.integerParameter("after", in: 0...9_007_199_254_740_991)
        switch (before, after) {
        case (nil, nil): self = .newest
        case (let before?, nil): self = .before(before)
        case (nil, let after?): self = .after(after)
        case (_?, _?): throw .invalid("after", "Give either before or after, not both.")
        }
    }
}
