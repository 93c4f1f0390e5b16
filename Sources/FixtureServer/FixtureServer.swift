import ArgumentParser
import ChatCore
import ChatRealtime
import ChatServer
import HTTPTypes
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1
import NIOPosix
import SocketIO

/// A server for outside judges: suites for RFC 6455, Engine.IO and Socket.IO can be run against the product's own upgrade, guards,
/// frames, sessions and packets.
@main
struct FixtureServer: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "FixtureServer",
        abstract: "Echoes at /echo, /engine.io/ and /socket.io/, for conformance suites.",
        discussion: """
            With --client-suite, /socket.io/ is what the published tests of socket.io-client expect
            of their server on port 3210.
            """)

    /// Large enough for the size cases of the usual suites.
    private static let messageBytes = 16 * 1024 * 1024

    @Option(
        help:
            "The loopback port to listen on; 0 takes a free one. (default: 3000, where the suites look; with --client-suite 3210)"
    )
    var port: Int?
    @Option(help: "How many milliseconds a client may take to answer a ping; the suites count on the default.")
    var pingTimeout: Int64 = 200
    @Flag(help: "Serve what the tests of socket.io-client expect.")
    var clientSuite = false

    func run() async throws {
        let group = MultiThreadedEventLoopGroup.singleton
        let configuration = EngineConfiguration.fixture(pingTimeout: .milliseconds(pingTimeout))
        let engine = EngineFixture("/engine.io/", configuration, on: group) { _ in EngineEcho() }
        let socketIO = clientSuite ? Self.suite(on: group) : Self.echo(configuration, on: group)
        let router = Router(context: FixtureContext.self)
        router.get("healthz") { _, _ in "ok" }
        for fixture in [engine, socketIO] { fixture.add(to: router) }
        let application = Application(
            router: router,
            server: HTTPServerBuilder { responder in
                ChatHTTPChannel(responder: responder) { head, handshake, channel in
                    let fixture = [engine, socketIO].first { $0.isAsked(head.uri) }
                    return fixture?.decide(head, on: channel.eventLoop)
                        ?? channel.eventLoop.makeSucceededFuture(Self.decide(head))
                }
            },
            configuration: .init(address: .hostname("127.0.0.1", port: port ?? (clientSuite ? 3210 : 3000))),
            onServerRunning: { channel in print("listening on \(channel.localAddress?.port ?? 0)") },
            eventLoopGroupProvider: .shared(group))
        try await application.runService()
    }

    /// What the protocol suites expect.
    private static func echo(_ configuration: EngineConfiguration, on group: any EventLoopGroup) -> EngineFixture {
        EngineFixture("/socket.io/", configuration, on: group) { _ in
            SocketIOConnection(EchoGate(), connectTimeout: .seconds(1))
        }
    }

    /// What the tests of socket.io-client expect, a short wait for the first answer too.
    private static func suite(on group: any EventLoopGroup) -> EngineFixture {
        let recoveries = SuiteRecoveries()
        return EngineFixture("/socket.io/", .clientSuite, delay: .milliseconds(10), on: group) { uri in
            SocketIOConnection(ClientSuiteGate(recoveries: recoveries, query: HandshakeQuery(uri: uri)))
        }
    }

    private static func decide(_ head: HTTPRequestHead) -> UpgradeDecision {
        guard head.uri.split(separator: "?").first == "/echo" else {
            return .refuse(ChatError(.notFound, "The echo is at /echo."))
        }
        return .accept(subprotocol: nil) {
            WebSocket(.init(messageBytes: messageBytes, pingsPerSecond: .max), EchoSession())
        }
    }
}

/// Requests know their connection.
struct FixtureContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    let channel: any Channel

    init(source: Source) {
        coreContext = .init(source: source)
        channel = source.channel
    }
}
