import ChatServer
import HTTPTypes
import Hummingbird
import NIOCore
import NIOHTTP1
import SocketIO

/// A path of Engine.IO that pages of any origin may use.
struct EngineFixture: Sendable {
    /// Makes what a client then talks to, from the address of its first request.
    typealias MakeSession = @Sendable (_ uri: String) -> any EngineSession

    let path: String
    private let endpoint: EngineEndpoint
    private let delay: TimeAmount
    private let makeSession: MakeSession

    /// - Parameter delay: how long a client waits for the answer to its first request.
    init(
        _ path: String, _ configuration: EngineConfiguration, delay: TimeAmount = .zero, on group: any EventLoopGroup,
        _ makeSession: @escaping MakeSession
    ) {
        self.path = path
        self.delay = delay
        self.endpoint = EngineEndpoint(EngineSessions(configuration, on: group))
        self.makeSession = makeSession
    }

    func add(to router: Router<FixtureContext>) {
        for method in [HTTPRequest.Method.get, .post, .put, .patch, .delete, .options] {
            router.on(RouterPath(path), method: method) { request, context in
                var response = request.method == .options ? Self.preflight : try await answer(request, context)
                response.headers[.accessControlAllowOrigin] = "*"
                return response
            }
        }
    }

    private func answer(_ request: Request, _ context: FixtureContext) async throws -> Response {
        let uri = request.uri.string
        if delay > .zero, isFirst(uri) { try await Task.sleep(for: .nanoseconds(delay.nanoseconds)) }
        return try await endpoint.answer(request, on: context.channel) { makeSession(uri) }
    }

    private func isFirst(_ uri: String) -> Bool { HandshakeQuery(uri: uri)["sid"] == nil }

    private static var preflight: Response {
        Response(
            status: .noContent,
            headers: [
                .accessControlAllowMethods: "GET,HEAD,PUT,PATCH,POST,DELETE",
                .accessControlAllowHeaders: "Authorization, Content-Type",
            ])
    }

    /// The slash at the end may be left out.
    func isAsked(_ uri: String) -> Bool {
        let asked = uri.prefix { $0 != "?" }
        return asked == path || asked == path.dropLast()
    }

    func decide(_ head: HTTPRequestHead, on eventLoop: any EventLoop) -> EventLoopFuture<UpgradeDecision> {
        let decide: @Sendable () -> UpgradeDecision = {
            endpoint.decide(head) { makeSession(head.uri) }
        }
        guard delay > .zero, isFirst(head.uri) else { return eventLoop.makeSucceededFuture(decide()) }
        return eventLoop.scheduleTask(in: delay, decide).futureResult
    }
}

extension EngineConfiguration {
    /// What the protocol suites expect, if a client may be silent for the 200 ms that they count on.
    static func fixture(pingTimeout: TimeAmount) -> EngineConfiguration {
        EngineConfiguration(pingInterval: .milliseconds(300), pingTimeout: pingTimeout, maxPayload: 1_000_000)
    }

    /// What the tests of socket.io-client expect.
    static let clientSuite = EngineConfiguration(
        pingInterval: .seconds(2), pingTimeout: .seconds(20), maxPayload: 1_000_000)
}

/// Sends every message back as it came.
final class EngineEcho: EngineSession {
    private var socket: EngineSocket?

    var mayReceive: Bool { true }
    var isIdle: Bool { true }

    func opened(_ socket: EngineSocket) { self.socket = socket }

    func received(_ message: EngineMessage) {
        switch message {
        case .text(let text): socket?.send(.text(text))
        case .binary(let bytes): socket?.send(.binary(bytes))
        }
        socket?.flush()
    }

    func becameWritable() {}
    func serverStops() { socket?.close() }
    func continuation() -> @Sendable () -> any EngineSession { { EngineEcho() } }
    func closed(on eventLoop: any EventLoop) { socket = nil }
}
