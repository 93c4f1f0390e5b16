package import HummingbirdCore
package import Logging
package import NIOCore
package import NIOHTTP1
package import NIOHTTPTypes
import NIOHTTPTypesHTTP1

/// The pipeline of one connection: HTTP/1.1, until a request turns it into a WebSocket.
package struct ChatHTTPChannel: HTTPChannelHandler {
    package typealias Value = NIOAsyncChannel<HTTPRequestPart, HTTPResponsePart>

    private static let headerTimeout = TimeAmount.seconds(5)
    private static let idleTimeout = Duration.seconds(30)

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

    package func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        channel.eventLoop.makeCompletedFuture {
            let neighbours = UpgradeHandler.HTTPHandlers(
                encoder: HTTPResponseEncoder(),
                decoder: Self.makeDecoder(),
                errors: HTTPServerProtocolErrorHandler(),
                state: HTTPConnectionStateHandler(idleTimeout: Self.idleTimeout, logger: logger))
            try channel.pipeline.syncOperations.addHandlers([
                neighbours.encoder,
                neighbours.decoder,
                neighbours.errors,
                UpgradeHandler(headerTimeout: Self.headerTimeout, neighbours: neighbours, decide: decide),
                HTTP1ToHTTPServerCodec(secure: false),
                neighbours.state,
            ])
            return try NIOAsyncChannel(
                wrappingChannelSynchronously: channel, configuration: .init(isOutboundHalfClosureEnabled: true))
        }
    }

    package func handle(value: Value, logger: Logger) async {
        await handleHTTP(asyncChannel: value, logger: logger)
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
