package import HummingbirdCore
package import Logging
package import NIOCore
package import NIOHTTP1

/// The pipeline of one connection: HTTP/1.1, until a request turns it into a WebSocket.
package struct ChatHTTPChannel: HTTPChannelHandler {
    /// A connection of which it may not be known yet whether it becomes a WebSocket.
    package struct Connection: ServerChildChannelValue {
        package let channel: any Channel
        let requests = FirstRequest()
    }

    private static let headerTimeout = TimeAmount.seconds(5)
    /// Enough for 64 KiB over a bad mobile connection.
    private static let bodyTimeout = TimeAmount.seconds(20)

    package let responder: HTTPChannelHandler.Responder
    private let securityHeaders: SecurityHeaders
    private let transport: TransportPolicy
    private let decide: @Sendable (HTTPRequestHead, Handshake, any Channel) -> EventLoopFuture<UpgradeDecision>

    /// - Parameters:
    ///   - securityHeaders: of what is answered before any route is asked.
    ///   - transport: which handshakes came in plain text and should not have.
    ///   - decide: called for each WebSocket handshake, on the connection's event loop.
    package init(
        responder: @escaping HTTPChannelHandler.Responder,
        securityHeaders: SecurityHeaders = SecurityHeaders(isSecure: false),
        transport: TransportPolicy = TransportPolicy(isSecure: false, proxies: []),
        decide: @escaping @Sendable (HTTPRequestHead, Handshake, any Channel) -> EventLoopFuture<UpgradeDecision>
    ) {
        self.responder = responder
        self.securityHeaders = securityHeaders
        self.transport = transport
        self.decide = decide
    }

    package func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Connection> {
        channel.eventLoop.makeCompletedFuture {
            let connection = Connection(channel: channel)
            let requests = RequestHandlers(
                logger,
                serve: { channel in
                    connection.requests.come(
                        on: try NIOAsyncChannel(
                            wrappingChannelSynchronously: channel,
                            configuration: .init(isOutboundHalfClosureEnabled: true)))
                },
                noRequests: { connection.requests.come(on: nil) })
            let upgrade = UpgradeHandler(
                headerTimeout: Self.headerTimeout, bodyTimeout: Self.bodyTimeout, requests: requests,
                securityHeaders: securityHeaders, transport: transport, decide: decide)
            try channel.pipeline.syncOperations.addHandlers(upgrade.neighbours + [upgrade])
            return connection
        }
    }

    package func handle(value: Connection, logger: Logger) async {
        let channel = await withTaskCancellationHandler {
            await value.requests.channel
        } onCancel: {
            value.channel.close(promise: nil)
        }
        guard let channel else { return }
        await handleHTTP(asyncChannel: channel, logger: logger)
    }
}
