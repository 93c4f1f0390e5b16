import ChatCore
import ChatRealtime
import HTTPTypes
import HummingbirdCore
import Logging
import NIOCore
import NIOEmbedded
import NIOHTTP1
import NIOHTTPTypes
import NIOHTTPTypesHTTP1

@testable import ChatServer

extension FuzzTarget {
    /// A connection's bytes through the HTTP parser, the upgrade and, after it, the frames. The first byte says in
    /// which pieces they arrive.
    static let upgrade = FuzzTarget(
        name: "upgrade", limit: 700, shortInputs: 150,
        seeds: [
            [0] + Array("GET /accept HTTP/1.1\r\n\(handshake)\r\n".utf8) + [
                0x81, 0x81, 0, 0, 0, 0, 0x61, 0x88, 0x80, 0, 0, 0, 0,
            ],
            [7] + Array("GET /later?x HTTP/1.1\r\n\(handshake)Cookie: a=b\r\n\r\n".utf8),
            [0] + Array("GET /refuse HTTP/1.1\r\n\(handshake)\r\nGET / HTTP/1.1\r\n\r\n".utf8),
            [1] + Array("GET /fail HTTP/1.1\r\n\(handshake)\r\n".utf8),
            [0] + Array("POST / HTTP/1.1\r\nContent-Length: 3\r\n\r\nabcGET /accept HTTP/1.1\r\n\(handshake)\r\n".utf8),
            [0] + Array("GET / HTTP/1.1\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\nGET /2 HTTP/1.1\r\n\r\n".utf8),
            [0] + Array("PUT / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nA: b\r\n\r\n".utf8),
            [0] + Array("GET /later HTTP/1.1\r\n\(handshake)\r\nno HTTP\r\n\r\n".utf8),
            [0] + Array("CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.0\r\n\r\n".utf8),
        ],
        tokens: [
            "GET ", " HTTP/1.1\r\n", " HTTP/1.0\r\n", "\r\n\r\n", "Connection: ", "Upgrade", "Upgrade: websocket\r\n",
            "Sec-WebSocket-Key: ", "dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Version: 13\r\n", "keep-alive", "close",
            "Sec-WebSocket-Protocol: denwa.v1\r\n", "Content-Length: ", "Transfer-Encoding: chunked\r\n",
            "Expect: 100-continue",
            "/accept", "/later", "/refuse", "/fail", "CONNECT ", "HEAD ", "Host: a\r\n",
        ]
    ) { input in
        let door = Door()
        let channel = try channel(door)
        channel.feed(Array(input.dropFirst()), inPiecesOf: Int(input.first ?? 0))
        door.decideLate()
        channel.embeddedEventLoop.run()
        let written = channel.written()
        channel.end()
        try promise("HTTP is answered in HTTP", written.isEmpty || written.starts(with: "HTTP/1.1 ".utf8))
        let statuses = Set(written.text.split(separator: "HTTP/1.1 ").map { $0.prefix(3) })
        try promise("what was answered with 400 is not upgraded", !statuses.isSuperset(of: ["400", "101"]))
    }

    private static let handshake =
        "Host: a\r\nUpgrade: websocket\r\nConnection: keep-alive, Upgrade\r\nSec-WebSocket-Version: 13\r\n"
        + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: denwa.v1, other\r\n"

    private static let silent = Logger(label: "fuzz") { _ in SwiftLogNoOpLogHandler() }

    /// The pipeline of `ChatHTTPChannel`, with an application behind it that answers everything with 200.
    private static func channel(_ door: Door) throws -> EmbeddedChannel {
        let channel = EmbeddedChannel()
        let requests = RequestHandlers(
            silent, serve: { try $0.pipeline.syncOperations.addHandler(OKResponder()) }, noRequests: {})
        let upgrade = UpgradeHandler(
            headerTimeout: .seconds(5), bodyTimeout: .seconds(20), requests: requests,
            securityHeaders: SecurityHeaders(isSecure: true), transport: TransportPolicy(isSecure: true, proxies: [])
        ) { head, _, channel in
            door.decide(head.uri, on: channel.eventLoop)
        }
        try channel.pipeline.syncOperations.addHandlers(upgrade.neighbours + [upgrade])
        return channel
    }
}

/// Accepts, refuses, fails, or takes its time, as the path asks. Used on one thread only.
private final class Door: @unchecked Sendable {
    private var waiting: EventLoopPromise<UpgradeDecision>?

    func decide(_ uri: String, on eventLoop: any EventLoop) -> EventLoopFuture<UpgradeDecision> {
        if uri.hasPrefix("/accept") { return eventLoop.makeSucceededFuture(Self.accept) }
        if uri.hasPrefix("/fail") { return eventLoop.makeFailedFuture(ChannelError.eof) }
        guard uri.hasPrefix("/later"), waiting == nil else {
            return eventLoop.makeSucceededFuture(.refuse(ChatError(.notFound, "There is nothing here.")))
        }
        let promise = eventLoop.makePromise(of: UpgradeDecision.self)
        waiting = promise
        return promise.futureResult
    }

    func decideLate() {
        waiting?.succeed(Self.accept)
        waiting = nil
    }

    private static var accept: UpgradeDecision {
        .accept(subprotocol: "denwa.v1") {
            WebSocket(.init(messageBytes: 256), MessageCollector())
        }
    }
}

private final class OKResponder: ChannelInboundHandler {
    typealias InboundIn = HTTPRequestPart
    typealias OutboundOut = HTTPResponsePart

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard case .end = Self.unwrapInboundIn(data) else { return }
        context.write(Self.wrapOutboundOut(.head(HTTPResponse(status: .ok))), promise: nil)
        context.writeAndFlush(Self.wrapOutboundOut(.end(nil)), promise: nil)
    }
}
