import NIOConcurrencyHelpers
import NIOCore
import NIOPosix
import SeededRandom
import Testing

@testable import Prove

/// On real sockets: a client, the proxy, and a server that answers each request with two bytes for one.
@Suite struct FaultProxyTests {
    @Test func passesBytesBothWays() async throws {
        try await withProxy { proxy, server, client in
            client.sends("hello")
            #expect(await client.receives("hheelllloo"))
            #expect(server.received == "hello")
            #expect(proxy.count == 1)
        }
    }

    @Test(arguments: ProxyControl.Cut.allCases) func cutsWhereItIsTold(_ cut: ProxyControl.Cut) async throws {
        try await withProxy { proxy, server, client in
            proxy.control.arm([cut])
            client.sends("hello")
            #expect(await client.isCut())
            #expect(proxy.control.cuts == [cut: 1])
            #expect(await server.receives(cut == .beforeRequest ? "" : "hello"))
            #expect(client.received == (cut == .withinAnswer ? "hheel" : ""))
        }
    }

    /// Not the watch's and the log-ins' look-ups, nor what a program says before it has asked for anything, nor half a request.
    @Test func cutsOnlyCommitsOfTheProgram() async throws {
        func start(of program: String) -> String { "....user\0denwa\0application_name\0\(program)\0\0" }
        let (half, whole) = ("query", "query S\0\0\0\u{4}")
        for program in ["denwa", "denwa watch", "denwa writer"] {
            try await withProxy(cutting: .commits(of: "denwa writer")) { proxy, server, client in
                proxy.control.arm([.afterRequest])
                var sent = ""
                for text in [start(of: program), half, whole] {
                    client.sends(text)
                    sent += text
                    #expect(await server.receives(sent))
                }
                let isWriter = program == "denwa writer"
                if isWriter { #expect(await client.isCut()) }
                #expect(proxy.control.cuts == (isWriter ? [.afterRequest: 1] : [:]))
            }
        }
    }

    /// A connection that ends before it could be cut was not cut.
    @Test func countsOnlyWhatItHasCut() async throws {
        try await withProxy { proxy, server, client in
            server.doesNotAnswer()
            proxy.control.arm([.beforeAnswer])
            client.sends("a")
            #expect(await server.receives("a"))
            var random = SeededGenerator(seed: 1)
            proxy.cut(using: &random)
            #expect(await client.isCut())
            #expect(proxy.control.cuts == [:])
        }
    }

    @Test func aSilentWayHoldsAndGoesOn() async throws {
        try await withProxy { proxy, server, client in
            client.sends("a")
            #expect(await client.receives("aa"))
            proxy.control.weather.isSilent = true
            client.sends("b")
            try await Task.sleep(for: .milliseconds(100))
            #expect(server.received == "a")
            proxy.control.weather = .fine
            proxy.release()
            #expect(await client.receives("aabb"))
        }
    }

    @Test func aSlowWayDelays() async throws {
        try await withProxy { proxy, _, client in
            proxy.control.weather.delay = .milliseconds(100)
            let start = ContinuousClock.now
            client.sends("a")
            #expect(await client.receives("aa"))
            #expect(ContinuousClock.now - start >= .milliseconds(200))
        }
    }

    @Test func keepsTheOrderOnASlowWay() async throws {
        try await withProxy { proxy, server, client in
            proxy.control.weather.bytesPerSecond = 200_000
            let texts = (0..<40).map { String(repeating: String($0 % 10), count: $0 % 3 == 0 ? 9_000 : 3) }
            for text in texts { client.sends(text) }
            try await Task.sleep(for: .milliseconds(100))
            proxy.control.weather = .fine
            let all = texts.joined()
            #expect(await client.receives(String(all.flatMap { [$0, $0] })))
            #expect(server.received == all)
        }
    }

    @Test func cutsAllConnections() async throws {
        try await withProxy { proxy, _, client in
            client.sends("a")
            #expect(await client.receives("aa"))
            var random = SeededGenerator(seed: 1)
            proxy.cut(using: &random)
            #expect(await client.isCut())
        }
    }

    private func withProxy(
        cutting target: ProxyControl.Target = .everyRequest,
        _ body: (FaultProxy, Party, Party) async throws -> Void
    ) async throws {
        let group = MultiThreadedEventLoopGroup.singleton
        let server = Party(doubles: true)
        let listener = try await ServerBootstrap(group: group)
            .childChannelInitializer { channel in server.attach(to: channel) }
            .bind(host: "127.0.0.1", port: 0).get()
        let address = try #require(listener.localAddress)
        let proxy = try await FaultProxy.start(to: address, on: group, cutting: target)
        let client = Party(doubles: false)
        let channel = try await ClientBootstrap(group: group)
            .channelInitializer { channel in client.attach(to: channel) }
            .connect(host: "127.0.0.1", port: proxy.port).get()
        try await body(proxy, server, client)
        try? await channel.close()
        await proxy.stop()
        try await listener.close()
    }
}

/// One end of a connection.
private final class Party: Sendable {
    private struct State {
        var channel: (any Channel)?
        var received = ""
        var isClosed = false
        var isMute = false
    }

    private final class Handler: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        typealias OutboundOut = ByteBuffer

        let party: Party

        init(_ party: Party) { self.party = party }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            let text = String(buffer: Self.unwrapInboundIn(data))
            let isMute = party.state.withLockedValue { state in
                state.received += text
                return state.isMute
            }
            guard party.doubles, !isMute else { return }
            let answer = String(text.flatMap { [$0, $0] })
            context.writeAndFlush(Self.wrapOutboundOut(ByteBuffer(string: answer)), promise: nil)
        }

        func channelInactive(context: ChannelHandlerContext) { party.state.withLockedValue { $0.isClosed = true } }

        func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
    }

    private let doubles: Bool
    private let state = NIOLockedValueBox(State())

    init(doubles: Bool) { self.doubles = doubles }

    var received: String { state.withLockedValue { $0.received } }

    func attach(to channel: any Channel) -> EventLoopFuture<Void> {
        state.withLockedValue { $0.channel = channel }
        return channel.eventLoop.makeCompletedFuture { try channel.pipeline.syncOperations.addHandler(Handler(self)) }
    }

    func sends(_ text: String) {
        state.withLockedValue { $0.channel }?.writeAndFlush(ByteBuffer(string: text), promise: nil)
    }

    func doesNotAnswer() { state.withLockedValue { $0.isMute = true } }

    func receives(_ text: String) async -> Bool { await becomes { $0.received == text } }

    func isCut() async -> Bool { await becomes { $0.isClosed } }

    private func becomes(_ condition: @Sendable (State) -> Bool) async -> Bool {
        for _ in 0..<500 {
            if state.withLockedValue({ condition($0) }) { return true }
            try? await Task.sleep(for: .milliseconds(10))
        }
        return false
    }
}
