import ArgumentParser
import ChatCore
import ChatRealtime
import ChatServer
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1

/// A server for outside judges: any RFC 6455 suite can be run against the product's own upgrade, guards and frame code.
@main
struct FixtureServer: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "FixtureServer", abstract: "Echoes WebSocket messages at /echo, for conformance suites.")

    /// Large enough for the size cases of the usual suites.
    private static let messageBytes = 16 * 1024 * 1024

    @Option(help: "The loopback port to listen on; 0 takes a free one.")
    var port: Int

    func run() async throws {
        let router = Router()
        router.get("healthz") { _, _ in "ok" }
        let application = Application(
            router: router,
            server: HTTPServerBuilder { responder in ChatHTTPChannel(responder: responder, decide: Self.decide) },
            configuration: .init(address: .hostname("127.0.0.1", port: port)),
            onServerRunning: { channel in print("listening on \(channel.localAddress?.port ?? 0)") })
        try await application.runService()
    }

    private static func decide(
        _ head: HTTPRequestHead, _ handshake: Handshake, _ eventLoop: any EventLoop
    ) -> EventLoopFuture<UpgradeDecision> {
        guard head.uri.split(separator: "?").first == "/echo" else {
            return eventLoop.makeSucceededFuture(.refuse(ChatError(.notFound, "The echo is at /echo.")))
        }
        return eventLoop.makeSucceededFuture(
            .accept(subprotocol: nil) {
                WebSocket(.init(messageBytes: messageBytes, pingsPerSecond: .max), EchoSession())
            })
    }
}

/// Sends every message back as it came.
private final class EchoSession: WebSocketSession {
    private var socket: WebSocket?

    var mayReceive: Bool { true }

    func opened(_ socket: WebSocket) { self.socket = socket }

    func received(_ message: WebSocketMessage) {
        var frame = ByteBuffer()
        switch message {
        case .text(let payload): frame.writeServerFrame(.text, payload: payload.readableBytesView)
        case .binary(let payload): frame.writeServerFrame(.binary, payload: payload.readableBytesView)
        }
        socket?.write(frame)
    }

    func receivedAll() {}
    func becameWritable() {}
    func serverStops() { socket?.close(.goingAway, "the echo ends") }
    func closed() { socket = nil }
    func ended(on eventLoop: any EventLoop) {}
}
