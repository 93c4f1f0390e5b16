import ChatClient
import NIOConcurrencyHelpers
import NIOCore
import NIOPosix
import Testing

/// The client against a server that says what the test wants.
@Suite struct ChatSocketTests {
    private static let accepted =
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nconnection: Upgrade\r\n"
        + "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\nSec-WebSocket-Protocol: denwa.v1\r\n\r\n"

    /// What the observer heard and what the server was sent.
    private func outcome(
        of script: [UInt8], thenClose: Bool = false, timeout: TimeAmount = .seconds(10)
    ) async throws -> (heard: [String], sent: [UInt8]) {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let server = NIOLockedValueBox<[UInt8]>([])
        let listening = try await ServerBootstrap(group: group).childChannelInitializer { channel in
            channel.eventLoop.makeCompletedFuture {
                let peer = ScriptedPeer(script: script, closes: thenClose) { bytes in
                    server.withLockedValue { $0 += bytes }
                }
                try channel.pipeline.syncOperations.addHandler(peer)
            }
        }.bind(host: "127.0.0.1", port: 0).get()
        let port = listening.localAddress?.port ?? 0
        let (stream, continuation) = AsyncStream.makeStream(of: String.self)
        group.next().execute {
            ChatSocket.open(
                .init(host: "127.0.0.1", port: port), token: "secret", on: group.next(), timeout: timeout,
                observer: Listener(continuation))
        }
        var heard: [String] = []
        for await line in stream { heard.append(line) }
        try await Task.sleep(for: .milliseconds(20))
        try await listening.close().get()
        try await group.shutdownGracefully()
        return (heard, server.withLockedValue { $0 })
    }

    private func outcome(
        of head: String, _ frames: [UInt8] = [], thenClose: Bool = false, timeout: TimeAmount = .seconds(10)
    ) async throws -> [String] {
        try await outcome(of: Array(head.utf8) + frames, thenClose: thenClose, timeout: timeout).heard
    }

    @Test func opensAndReceives() async throws {
        let frames: [UInt8] = [0x81, 2, 0x68, 0x69, 0x89, 1, 0x70, 0x81, 0, 0x88, 4, 0x03, 0xF4, 0x7B, 0x7D]
        let (heard, sent) = try await outcome(of: Array(Self.accepted.utf8) + frames)
        #expect(heard == ["opened", "hi", "", "closed(code: 1012, reason: \"{}\")"])
        let request = String(decoding: sent, as: UTF8.self)
        #expect(request.hasPrefix("GET /v1/socket HTTP/1.1\r\nHost: 127.0.0.1:"))
        #expect(request.contains("\r\nAuthorization: Bearer secret\r\n"))
        #expect(request.contains("\r\nSec-WebSocket-Protocol: denwa.v1\r\n"))
        let answers = sent.drop { $0 < 0x80 }
        #expect(answers.first == 0x8A && answers.dropFirst().first == 0x81, "a masked pong")
        #expect(answers.dropFirst(7).first == 0x88, "a close frame")
    }

    @Test func tellsWhyItWasRefused() async throws {
        let body = #"{"code":"not_authenticated","detail":"no"}"#
        let head = "HTTP/1.1 401 Unauthorized\r\nContent-Length: \(body.utf8.count)\r\n\r\n"
        #expect(try await outcome(of: head + body) == [#"refused(status: 401, code: "not_authenticated")"#])
        #expect(try await outcome(of: "HTTP/1.1 502 Bad Gateway\r\n\r\n") == [#"refused(status: 502, code: "")"#])
    }

    @Test func noticesThatTheConnectionIsGone() async throws {
        #expect(try await outcome(of: Self.accepted, thenClose: true).last?.hasPrefix("lost") == true)
        #expect(try await outcome(of: "HTTP/1.1 101", thenClose: true).last?.hasPrefix("lost") == true)
        let late = try await outcome(of: "HTTP/1.1 101 ", timeout: .milliseconds(300))
        #expect(late.last?.contains("handshake took too long") == true)
    }

    @Test func insistsOnTheProtocol() async throws {
        let otherKey = Self.accepted.replacing("s3pPL", with: "S3PPL")
        let otherProtocol = Self.accepted.replacing("denwa.v1", with: "denwa.v2")
        for head in [otherKey, otherProtocol, "SSH-2.0\r\n\r\n"] {
            #expect(try await outcome(of: head).last?.hasPrefix("violated") == true)
        }
        #expect(try await outcome(of: Self.accepted, [0xF1, 0]).last?.hasPrefix("violated") == true)
        #expect(try await outcome(of: Self.accepted, [0x82, 0]).last == #"violated("a binary frame")"#)
    }

    @Test func noticesThatNobodyListens() async throws {
        let (stream, continuation) = AsyncStream.makeStream(of: String.self)
        let eventLoop = MultiThreadedEventLoopGroup.singleton.next()
        eventLoop.execute {
            ChatSocket.open(
                .init(host: "127.0.0.1", port: 1), token: "t", on: eventLoop, observer: Listener(continuation))
        }
        var heard: [String] = []
        for await line in stream { heard.append(line) }
        #expect(heard.count == 1 && heard.first?.hasPrefix("lost") == true)
    }
}

private final class Listener: ChatSocketObserver {
    private let lines: AsyncStream<String>.Continuation

    init(_ lines: AsyncStream<String>.Continuation) { self.lines = lines }

    func opened(_ socket: ChatSocket) { lines.yield("opened") }

    func received(_ message: UnsafeRawBufferPointer, on socket: ChatSocket) {
        lines.yield(String(decoding: message, as: UTF8.self))
    }

    func ended(_ socket: ChatSocket, _ end: SocketEnd) {
        lines.yield("\(end)")
        lines.finish()
    }
}

/// Answers the end of a request with the script, in two writes.
private final class ScriptedPeer: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let script: [UInt8]
    private let closes: Bool
    private let record: ([UInt8]) -> Void
    private var isAnswered = false

    init(script: [UInt8], closes: Bool, record: @escaping ([UInt8]) -> Void) {
        self.script = script
        self.closes = closes
        self.record = record
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let bytes = unwrapInboundIn(data)
        record(Array(bytes.readableBytesView))
        guard !isAnswered else { return }
        isAnswered = true
        let middle = script.count / 2
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: script[..<middle])), promise: nil)
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: script[middle...])), promise: nil)
        if closes { context.close(promise: nil) }
    }
}
