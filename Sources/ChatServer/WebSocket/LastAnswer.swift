import NIOCore
import NIOHTTP1

/// Which answer is a connection's last one, because its request has said so (RFC 9112, section 9.6). Answers keep the order of the
/// requests.
struct LastAnswer {
    /// Requests whose answers have not begun.
    private var unanswered = 0
    /// Those of them up to the one that is the last.
    private var left: Int?

    mutating func read(_ head: HTTPRequestHead) {
        guard left == nil else { return }
        unanswered += 1
        if !head.isKeepAlive { left = unanswered }
    }

    /// - Returns: whether it is the last.
    mutating func wrote(_ head: HTTPResponseHead) -> Bool {
        // Another head follows, for the same request.
        guard !(100..<200).contains(head.status.code) else { return false }
        unanswered -= 1
        left = left.map { $0 - 1 }
        return left == 0
    }
}

/// Announces the end of a connection: a client that keeps connections would else use it for its next request, and meet the end.
final class LastAnswerHandler: ChannelDuplexHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    private var last = LastAnswer()

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard case .head(var head) = Self.unwrapInboundIn(data) else { return context.fireChannelRead(data) }
        last.read(head)
        // Whoever ends the connection looks for nothing else.
        if !head.isKeepAlive { head.headers.replaceOrAdd(name: "Connection", value: "close") }
        context.fireChannelRead(Self.wrapInboundOut(.head(head)))
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard case .head(var head) = Self.unwrapOutboundIn(data), last.wrote(head) else {
            return context.write(data, promise: promise)
        }
        head.headers.replaceOrAdd(name: "Connection", value: "close")
        context.write(Self.wrapOutboundOut(.head(head)), promise: promise)
    }
}
