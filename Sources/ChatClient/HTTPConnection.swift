import NIOCore
import NIOHTTP1
import NIOPosix

/// One kept-alive connection: one request at a time. Confined to its event loop.
final class HTTPConnection: ChannelInboundHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias OutboundOut = HTTPClientRequestPart

    private struct Exchange {
        let promise: EventLoopPromise<HTTPAnswer>
        let deadline: Scheduled<Void>
        var head: HTTPResponseHead?
        var body: [UInt8] = []
    }

    private let address: ServerAddress
    private let onIdle: (HTTPConnection) -> Void
    private var context: ChannelHandlerContext?
    private var exchange: Exchange?
    private(set) var idleSince = NIODeadline.now()

    private init(_ address: ServerAddress, onIdle: @escaping (HTTPConnection) -> Void) {
        self.address = address
        self.onIdle = onIdle
    }

    /// Called on the event loop.
    /// - Parameter onIdle: called when the connection can take the next request.
    static func open(
        to address: ServerAddress, on eventLoop: any EventLoop, onIdle: @escaping (HTTPConnection) -> Void
    ) -> EventLoopFuture<NIOLoopBound<HTTPConnection>> {
        let connection = NIOLoopBound(HTTPConnection(address, onIdle: onIdle), eventLoop: eventLoop)
        return ClientBootstrap(group: eventLoop)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHTTPClientHandlers()
                    try channel.pipeline.syncOperations.addHandler(connection.value)
                }
            }
            .connect(to: address)
            .map { _ in connection }
    }

    var isOpen: Bool { context?.channel.isActive ?? false }

    func close() { context?.close(promise: nil) }

    /// - Parameter timeout: after that the connection is closed and the answer is ``ClientFailure/timedOut``.
    func perform(_ request: HTTPRequest, timeout: TimeAmount, _ promise: EventLoopPromise<HTTPAnswer>) {
        guard let context, exchange == nil else { return promise.fail(ClientFailure.unreachable("it was closed")) }
        let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
        let deadline = context.eventLoop.scheduleTask(in: timeout) { bound.value.giveUp(ClientFailure.timedOut) }
        exchange = Exchange(promise: promise, deadline: deadline)
        context.write(wrapOutboundOut(.head(request.head(to: address))), promise: nil)
        if let json = request.json {
            context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: json)))), promise: nil)
        }
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    }

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }

    func handlerRemoved(context: ChannelHandlerContext) {
        giveUp(.lost("it was closed"))
        self.context = nil
    }

    func channelInactive(context: ChannelHandlerContext) {
        giveUp(.lost("the server closed it"))
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { giveUp(.lost("\(error)")) }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head): exchange?.head = head
        case .body(let bytes): exchange?.body.append(contentsOf: bytes.readableBytesView)
        case .end: answered()
        }
    }

    private func answered() {
        guard let exchange, let head = exchange.head else { return giveUp(.unexpected("an answer without a request")) }
        self.exchange = nil
        exchange.deadline.cancel()
        idleSince = .now()
        if head.isKeepAlive { onIdle(self) } else { close() }
        exchange.promise.succeed(
            HTTPAnswer(status: Int(head.status.code), headers: head.headers, body: exchange.body))
    }

    private func giveUp(_ failure: ClientFailure) {
        let exchange = exchange
        self.exchange = nil
        exchange?.deadline.cancel()
        close()
        exchange?.promise.fail(failure)
    }
}
