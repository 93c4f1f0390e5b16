import ChatCore
import ChatRealtime
import ChatStore
import HTTPTypes
import Hummingbird
import Limits
import NIOCore
import NIOHTTP1
import ServiceLifecycle
import SocketIO

/// The door of Socket.IO clients.
struct SocketIODoor: Sendable {
    private static let fetchSite = HTTPField.Name("Sec-Fetch-Site")

    /// `/socket.io/` unless the operator wants another.
    let path: String
    let endpoint: EngineEndpoint
    let authenticator: Authenticator
    let origins: OriginPolicy
    let readiness: Readiness
    let reception: Reception
    let environment: SocketSession.Environment
    let settings: RoomGate.Settings

    /// The slash at the end may be left out.
    func isAsked(_ uri: String) -> Bool {
        let asked = uri.prefix { $0 != "?" }
        return asked == path || asked == path.dropLast()
    }

    // MARK: - Requests

    func add(to router: Router<AnonymousContext>) {
        for method in [HTTPRequest.Method.get, .post, .put, .patch, .delete, .head, .options] {
            router.on(RouterPath(path), method: method, use: answer)
        }
    }

    @Sendable private func answer(_ request: Request, _ context: AnonymousContext) async throws -> Response {
        let origin = request.headers[.origin]
        guard isAllowed(origin) else { return EngineEndpoint.response(.forbidden) }
        // Who is in still hears what came of what was said.
        if readiness.isDraining, EngineQuery(uri: request.uri.string).sid == nil { throw ChatError.shuttingDown }
        let visitor = Visitor(
            presented: presented(
                authorization: request.headers[.authorization], cookies: request.headers[values: .cookie],
                isOurs: origin != nil || Self.fetchSite.flatMap { request.headers[$0] } == "same-origin"),
            place: LoginPlace(request, context.clientAddress), address: context.clientAddress)
        let network = context.clientAddress.isLoopback ? nil : context.clientAddress.network.description
        return try await endpoint.answer(request, on: context.channel, from: network) { connection(of: visitor) }
    }

    // MARK: - WebSockets

    func decide(_ head: HTTPRequestHead, from address: IPAddress) -> UpgradeDecision {
        let origin = head.headers["Origin"].first
        guard isAllowed(origin) else { return .answer(EngineError.forbidden.refusal) }
        if readiness.isDraining { return .refuse(.shuttingDown) }
        let visitor = Visitor(
            presented: presented(
                authorization: head.headers["Authorization"].first, cookies: head.headers["Cookie"],
                isOurs: origin != nil),
            place: LoginPlace(device: head.headers["User-Agent"].first ?? "", address: address.description),
            address: address)
        return endpoint.decide(head) { connection(of: visitor) }
    }

    // MARK: - Who comes

    /// Tools say no origin.
    private func isAllowed(_ origin: String?) -> Bool { origin.map { origins.allows($0) } ?? true }

    /// A browser adds the cookie by itself: it counts only if it says which page asks. A page of our own asks with GET
    /// without an origin.
    private func presented(authorization: String?, cookies: [String], isOurs: Bool) -> Authenticator.Presented {
        let presented = authenticator.presented(authorization: authorization, cookies: cookies)
        if case .cookie = presented, !isOurs { return .nothing }
        return presented
    }

    private func connection(of visitor: Visitor) -> SocketIOConnection {
        let admission = RoomAdmission(
            enter: { [reception] auth, room, eventLoop in
                eventLoop.makeFutureWithTask { try await reception.admit(visitor, auth, to: room, on: eventLoop) }
            },
            start: { [reception] messages, room, eventLoop in
                reception.start(ofLast: messages, in: room, on: eventLoop)
            })
        return SocketIOConnection(
            RoomGate(
                defaultRoom: reception.newcomers.defaultRoom, settings: settings, environment: environment,
                admission: admission))
    }
}

/// Ends the connections of long-polling clients when the server stops; the others hear of it on their WebSockets. They need a
/// server that answers, so it stops after this.
struct PollingClients: Service {
    /// Mostly answers take milliseconds, and so does fetching them.
    private static let patience = Duration.seconds(2)

    let sessions: EngineSessions

    func run() async throws {
        try await gracefulShutdown()
        sessions.serverStops()
        let end = ContinuousClock.now + Self.patience
        while ContinuousClock.now < end, sessions.pollingCount > 0 {
            try? await Task.sleep(for: .milliseconds(20))
        }
    }
}
