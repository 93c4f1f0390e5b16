import ChatCore
import ChatRealtime
import HTTPTypes
import HummingbirdCore
import NIOCore
import NIOHTTP1

/// Turns any request of a connection into a WebSocket, or refuses it with an HTTP answer.
///
/// It sits between the HTTP codec and the rest of the HTTP pipeline. NIO's own upgrader leaves after the first request,
/// so that behind a proxy with keep-alive no handshake gets through; it also swallows requests that ask for an upgrade
/// it does not know. Here everything but a handshake passes untouched.
final class UpgradeHandler: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    typealias Decide = @Sendable (HTTPRequestHead, Handshake, any Channel) -> EventLoopFuture<UpgradeDecision>

    private enum State {
        case http
        /// The rest of a handshake is on its way.
        case handshake(HTTPRequestHead)
        /// A handshake waits for its decision; nothing else may come.
        case deciding
        /// What came is no HTTP. Nothing more is read, and the requests before it get their answers.
        case unreadable
        /// The last answer is on its way, or was given.
        case refused
        case upgraded
    }

    private let decide: Decide
    private let headerTimeout: TimeAmount
    private let bodyTimeout: TimeAmount
    private let encoder = HTTPResponseEncoder()
    private var parser = RequestParser()
    private let securityHeaders: SecurityHeaders
    private let transport: TransportPolicy
    /// What comes behind this handler in the pipeline.
    private let requests: RequestHandlers
    private var state = State.http
    private var pending = PendingAnswers()
    /// Ends a connection whose next part does not come: it costs a descriptor and may be one of thousands.
    private var timer: Scheduled<Void>?
    /// The parser has made something of what was read last.
    private var partCame = false
    private var isQuiescing = false

    /// - Parameters:
    ///   - headerTimeout: until the connection's first request has a whole head, and from the first bytes of a later one.
    ///   - bodyTimeout: from a request's head until its end.
    ///   - requests: what is put behind this handler for requests that are none for a WebSocket.
    ///   - securityHeaders: of the answers that are given here.
    ///   - transport: which handshakes came in plain text and should not have.
    init(
        headerTimeout: TimeAmount, bodyTimeout: TimeAmount, requests: RequestHandlers,
        securityHeaders: SecurityHeaders, transport: TransportPolicy, decide: @escaping Decide
    ) {
        self.headerTimeout = headerTimeout
        self.bodyTimeout = bodyTimeout
        self.requests = requests
        self.securityHeaders = securityHeaders
        self.transport = transport
        self.decide = decide
    }

    /// What has to come before this handler in the pipeline.
    var neighbours: [any ChannelHandler] { [encoder, parser.handler] }

    func handlerAdded(context: ChannelHandlerContext) { limit(to: headerTimeout, context) }

    private func limit(to time: TimeAmount, _ context: ChannelHandlerContext) {
        timer?.cancel()
        let bound = context.loopBound
        timer = context.eventLoop.scheduleTask(in: time) { bound.value.close(promise: nil) }
    }

    private func endLimit() {
        timer?.cancel()
        timer = nil
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        endLimit()
        requests.end()
    }

    func channelInactive(context: ChannelHandlerContext) {
        endLimit()
        context.fireChannelInactive()
    }

    /// The server stops. Where no request has come nobody else hears of it.
    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event is ChannelShouldQuiesceEvent, !requests.areAdded {
            isQuiescing = true
            if case .http = state { context.close(promise: nil) }
        }
        context.fireUserInboundEventTriggered(event)
    }

    /// What is no HTTP is answered with 400 when its turn has come, and nobody behind this handler hears of it: one more answer
    /// would be taken for that of the next request. Of other errors nobody else hears where no request has come.
    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        switch state {
        case .http, .handshake, .deciding:
            if error is HTTPParserError {
                state = .unreadable
                limit(to: bodyTimeout, context)
                endIfAnswered(context)
            } else if requests.areAdded {
                context.fireErrorCaught(error)
            } else {
                state = .refused
                closeGently(context)
            }
        case .unreadable, .refused: break
        case .upgraded: context.close(promise: nil)
        }
    }

    /// What is unreadable was either answered before its end came, as a request that is too large is, or is answered now.
    private func endIfAnswered(_ context: ChannelHandlerContext) {
        guard pending.areComplete else { return }
        endLimit()
        if pending.areAhead {
            state = .refused
            closeGently(context)
        } else {
            answerLast(.badRequest, context)
        }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        partCame = true
        switch (state, Self.unwrapInboundIn(data)) {
        case (.http, .head(let head)):
            limit(to: bodyTimeout, context)
            parser.begins(head)
            // Answers keep the order of the requests: a pipelined handshake is an ordinary request.
            if pending.areNone, Handshake.isRequested(by: head) {
                state = .handshake(head)
            } else {
                pending.read(.head(head))
                do { try requests.add(to: context.channel) } catch { return context.close(promise: nil) }
                context.fireChannelRead(data)
            }
        case (.http, .end):
            endLimit()
            pending.read(.end(nil))
            context.fireChannelRead(data)
            parser.ends()
        case (.http, _): context.fireChannelRead(data)
        case (.handshake(let head), .end): consider(head, context)
        case (.handshake, _), (.deciding, _): context.close(promise: nil)
        case (.unreadable, _), (.refused, _), (.upgraded, _): break
        }
    }

    /// Only now it is sure that nothing more comes from the parser: what it still said would meet a parser of bytes.
    func channelReadComplete(context: ChannelHandlerContext) {
        if parser.hasStopped {
            do { try parser.replace(in: context.pipeline) } catch { return context.close(promise: nil) }
        } else if !partCame {
            limitHead(context)
        }
        partCame = false
        context.fireChannelReadComplete()
    }

    /// Bytes came of which the parser has made nothing yet. Between two requests that is the beginning of a head.
    private func limitHead(_ context: ChannelHandlerContext) {
        if case .http = state, timer == nil, pending.areNone { limit(to: headerTimeout, context) }
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        // Behind the last answer there is no place for another one.
        if case .refused = state { return promise?.succeed() ?? () }
        let part = Self.unwrapOutboundIn(data)
        pending.wrote(part)
        context.write(data, promise: promise)
        if case (.unreadable, .end) = (state, part) {
            context.flush()
            endIfAnswered(context)
        }
    }

    private func consider(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
        endLimit()
        state = .deciding
        let handshake: Handshake
        do throws(ChatError) {
            if let refusal = transport.refusal(of: head.headers["X-Forwarded-Proto"], from: context.channel.peerAddress)
            {
                throw refusal
            }
            handshake = try Handshake(head)
        } catch {
            return refuse(error, context)
        }
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        decide(head, handshake, context.channel).hop(to: context.eventLoop).whenComplete { result in
            let (handler, context) = bound.value
            // It may have been answered with 400 meanwhile, for what came behind it.
            guard context.channel.isActive, case .deciding = handler.state else { return }
            switch result {
            case .success(.accept) where handler.isQuiescing: handler.refuse(.shuttingDown, context)
            case .success(.accept(let subprotocol, let socket)):
                handler.upgrade(context, handshake, subprotocol, socket())
            case .success(.refuse(let error)): handler.refuse(error, context)
            case .success(.answer(let refusal)): handler.answerLast(refusal, context)
            case .failure(let error):
                handler.refuse(
                    error as? ChatError ?? ChatError(.internalError, "The handshake failed in the server."), context)
            }
        }
    }

    private func upgrade(
        _ context: ChannelHandlerContext, _ handshake: Handshake, _ subprotocol: String?, _ socket: WebSocket
    ) {
        var headers = HTTPHeaders([
            ("Upgrade", "websocket"), ("Connection", "Upgrade"), ("Sec-WebSocket-Accept", handshake.accept),
        ])
        if let subprotocol { headers.add(name: "Sec-WebSocket-Protocol", value: subprotocol) }
        let head = HTTPResponseHead(version: .http1_1, status: .switchingProtocols, headers: headers)
        context.write(Self.wrapOutboundOut(.head(head)), promise: nil)
        state = .upgraded
        let pipeline = context.pipeline.syncOperations
        // The socket writes bytes: what would take them for HTTP has to go first, the decoder last,
        // because it hands over what it has read too far.
        pipeline.removeHandler(encoder, promise: nil)
        do {
            try pipeline.addHandler(socket, position: .before(self))
        } catch {
            return context.close(promise: nil)
        }
        // With what the socket says first, if it says anything.
        context.flush()
        requests.end(pipeline)
        parser.leave(context.pipeline)
        if !requests.areAdded { pipeline.removeHandler(self, promise: nil) }
    }

    private func refuse(_ error: ChatError, _ context: ChannelHandlerContext) {
        answerLast(UpgradeRefusal(error), context)
    }

    /// Answers by itself, and ends the connection.
    private func answerLast(_ refusal: UpgradeRefusal, _ context: ChannelHandlerContext) {
        state = .refused
        for part in refusal.parts(securityHeaders) { context.write(Self.wrapOutboundOut(part), promise: nil) }
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        context.writeAndFlush(Self.wrapOutboundOut(.end(nil))).whenComplete { _ in
            let (handler, context) = bound.value
            handler.closeGently(context)
        }
    }

    /// A moment for the client to read its answer before the connection is reset.
    private func closeGently(_ context: ChannelHandlerContext) {
        let bound = context.loopBound
        context.close(mode: .output, promise: nil)
        context.eventLoop.scheduleTask(in: .seconds(1)) { bound.value.close(promise: nil) }
    }
}
