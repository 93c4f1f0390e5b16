package import HummingbirdCore
package import Logging
package import NIOCore
package import NIOHTTP1
import NIOHTTPTypes

/// The pipeline of one connection: HTTP/1.1, until a request turns it into a WebSocket.
package struct ChatHTTPChannel: HTTPChannelHandler {
    /// A connection of which it may not be known yet whether it becomes a WebSocket.
    package struct Connection: ServerChildChannelValue {
        package let channel: any Channel
        /// Completed with the connection's requests at the first of them; with `nil` if none will come, because it has
        /// become a WebSocket or has ended.
        let requests: EventLoopFuture<NIOAsyncChannel<HTTPRequestPart, HTTPResponsePart>?>
    }

    private static let headerTimeout = TimeAmount.seconds(5)

    package let responder: HTTPChannelHandler.Responder
    private let decide: @Sendable (HTTPRequestHead, Handshake, any EventLoop) -> EventLoopFuture<UpgradeDecision>

    /// - Parameter decide: called for each WebSocket handshake, on the connection's event loop.
    package init(
        responder: @escaping HTTPChannelHandler.Responder,
        decide: @escaping @Sendable (HTTPRequestHead, Handshake, any EventLoop) -> EventLoopFuture<UpgradeDecision>
    ) {
        self.responder = responder
        self.decide = decide
    }

    package func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Connection> {
        channel.eventLoop.makeCompletedFuture {
            let promise = channel.eventLoop.makePromise(of: NIOAsyncChannel<HTTPRequestPart, HTTPResponsePart>?.self)
            let requests = RequestHandlers(
                logger,
                serve: { channel in
                    promise.succeed(
                        try NIOAsyncChannel(
                            wrappingChannelSynchronously: channel,
                            configuration: .init(isOutboundHalfClosureEnabled: true)))
                },
                noRequests: { promise.succeed(nil) })
            let upgrade = UpgradeHandler(headerTimeout: Self.headerTimeout, requests: requests, decide: decide)
            try channel.pipeline.syncOperations.addHandlers(upgrade.neighbours + [upgrade])
            return Connection(channel: channel, requests: promise.futureResult)
        }
    }

    package func handle(value: Connection, logger: Logger) async {
        guard let channel = try? await value.requests.get() else { return }
        await handleHTTP(asyncChannel: channel, logger: logger)
    }

    /// What it has read too far, it hands on when it is removed.
    static func makeDecoder() -> ByteToMessageHandler<HTTPRequestDecoder> {
        var limits = NIOHTTPDecoderLimitConfiguration()
        limits.maxHeaderListSize = 16 * 1024
        limits.maxHeaderFieldCount = 100
        return ByteToMessageHandler(
            HTTPRequestDecoder(leftOverBytesStrategy: .forwardBytes, limitConfiguration: limits))
    }
}
