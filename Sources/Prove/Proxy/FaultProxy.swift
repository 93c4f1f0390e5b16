import NIOConcurrencyHelpers
import NIOCore
import NIOPosix
import SeededRandom

/// A TCP proxy on the loopback that can be made slow, silent and broken.
final class FaultProxy: Sendable {
    let control: ProxyControl
    let port: Int

    private let listener: any Channel
    private let links: Links

    /// The open connections.
    private final class Links: Sendable {
        let all = NIOLockedValueBox<[ObjectIdentifier: NIOLoopBound<ProxyLink>]>([:])
    }

    /// Waits until an accepted connection is open.
    private final class Entrance: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer

        private let onOpen: () -> Void

        init(onOpen: @escaping () -> Void) { self.onOpen = onOpen }

        func channelActive(context: ChannelHandlerContext) { onOpen() }
    }

    /// - Parameters:
    ///   - upstream: where connections lead; need not listen yet.
    ///   - target: the requests that can be cut.
    static func start(
        to upstream: SocketAddress, on group: any EventLoopGroup, cutting target: ProxyControl.Target = .everyRequest
    ) async throws -> FaultProxy {
        let control = ProxyControl(target: target)
        let links = Links()
        let listener = try await ServerBootstrap(group: group)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .serverChannelOption(.backlog, value: 1024)
            .childChannelOption(.autoRead, value: false)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelInitializer { client in
                client.eventLoop.makeCompletedFuture {
                    try client.pipeline.syncOperations.addHandler(
                        Entrance { connect(client, to: upstream, control, links) })
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        return FaultProxy(control: control, listener: listener, links: links)
    }

    private init(control: ProxyControl, listener: any Channel, links: Links) {
        self.control = control
        self.listener = listener
        self.links = links
        self.port = listener.localAddress?.port ?? 0
    }

    private static func connect(
        _ client: any Channel, to upstream: SocketAddress, _ control: ProxyControl, _ links: Links
    ) {
        ClientBootstrap(group: client.eventLoop)
            .channelOption(.autoRead, value: false)
            .connect(to: upstream)
            .whenComplete { result in
                guard case .success(let server) = result, client.isActive else {
                    if case .success(let server) = result { server.close(promise: nil) }
                    return client.close(promise: nil)
                }
                join(client, server, control, links)
            }
    }

    /// On the event loop of both.
    private static func join(
        _ client: any Channel, _ server: any Channel, _ control: ProxyControl, _ links: Links
    ) {
        let link = ProxyLink(client: client, server: server, control: control)
        do {
            try client.pipeline.syncOperations.addHandler(ProxyEnd(link, .client))
            try server.pipeline.syncOperations.addHandler(ProxyEnd(link, .server))
        } catch {
            return link.end()
        }
        let key = ObjectIdentifier(client)
        let bound = NIOLoopBound(link, eventLoop: client.eventLoop)
        links.all.withLockedValue { $0[key] = bound }
        client.closeFuture.whenComplete { _ in links.all.withLockedValue { $0[key] = nil } }
        link.start()
    }

    var count: Int { links.all.withLockedValue { $0.count } }

    /// Breaks some of the connections.
    /// - Parameter share: 0…1 of them.
    func cut(share: Double = 1, using random: inout SeededGenerator) {
        let all = links.all.withLockedValue { Array($0.values) }
        for link in all where Double.random(in: 0..<1, using: &random) < share {
            link.eventLoop.execute { link.value.end() }
        }
    }

    /// What was held while the way was silent goes on.
    func release() {
        for link in links.all.withLockedValue({ Array($0.values) }) { link.eventLoop.execute { link.value.release() } }
    }

    func stop() async {
        var random = SeededGenerator(seed: 0)
        try? await listener.close()
        cut(using: &random)
    }
}
