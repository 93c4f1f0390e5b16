package import NIOCore
package import NIOWebSocket

/// The shell around ``FrameAssembler``: frames in, whole messages on; pings, closing and errors end here.
///
/// What later handlers write is bytes that are framed already; no frame encoder is in the pipeline.
package final class MessageHandler: ChannelDuplexHandler {
    package typealias InboundIn = WebSocketFrame
    package typealias InboundOut = WebSocketMessage
    package typealias OutboundIn = ByteBuffer
    package typealias OutboundOut = ByteBuffer

    /// Fired down the pipeline by a later handler that wants the socket closed.
    package struct CloseRequest: Sendable {
        package let code: CloseCode
        package let reason: String

        package init(_ code: CloseCode, _ reason: String) {
            self.code = code
            self.reason = reason
        }
    }

    /// How long the client has to answer our close frame.
    private static let closeTimeout = TimeAmount.seconds(2)

    private var assembler: FrameAssembler
    private var isClosing = false

    package init(_ limits: FrameAssembler.Limits) {
        self.assembler = FrameAssembler(limits)
    }

    package func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let frame = Self.unwrapInboundIn(data)
        guard !isClosing else {
            if frame.opcode == .connectionClose { context.close(promise: nil) }
            return
        }
        switch assembler.receive(frame, now: context.eventLoop.now) {
        case .nothing: break
        case .deliver(let message): context.fireChannelRead(Self.wrapInboundOut(message))
        case .pong(let payload):
            var pong = ByteBuffer()
            pong.writeServerFrame(.pong, payload: payload.readableBytesView)
            context.writeAndFlush(Self.wrapOutboundOut(pong), promise: nil)
        case .answerClose(let code): answerClose(context, code)
        case .fail(let code, let reason): close(context, code, reason)
        }
    }

    /// Nothing follows a close frame.
    package func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard !isClosing else {
            promise?.fail(ChannelError.outputClosed)
            return
        }
        context.write(data, promise: promise)
    }

    package func triggerUserOutboundEvent(context: ChannelHandlerContext, event: Any, promise: EventLoopPromise<Void>?)
    {
        guard let request = event as? CloseRequest else {
            context.triggerUserOutboundEvent(event, promise: promise)
            return
        }
        close(context, request.code, request.reason)
        promise?.succeed()
    }

    package func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case ChannelEvent.inputClosed: context.close(promise: nil)
        default: context.fireUserInboundEventTriggered(event)
        }
    }

    package func errorCaught(context: ChannelHandlerContext, error: any Error) {
        switch error as? NIOWebSocketError {
        case .invalidFrameLength: close(context, .messageTooLarge, "the frame is too large")
        case .some: close(context, .protocolError, "malformed frame")
        // Behind an error the decoder complains of every byte: the close frame must get its time to arrive.
        case nil: if !isClosing { context.close(promise: nil) }
        }
    }

    private func answerClose(_ context: ChannelHandlerContext, _ code: UInt16?) {
        isClosing = true
        let bound = context.loopBound
        let frame = ByteBuffer.closeFrame(code ?? CloseCode.normal.rawValue)
        context.writeAndFlush(Self.wrapOutboundOut(frame)).whenComplete { _ in bound.value.close(promise: nil) }
    }

    private func close(_ context: ChannelHandlerContext, _ code: CloseCode, _ reason: String) {
        guard !isClosing else { return }
        isClosing = true
        context.writeAndFlush(Self.wrapOutboundOut(.closeFrame(code.rawValue, reason)), promise: nil)
        let bound = context.loopBound
        let timer = context.eventLoop.scheduleTask(in: Self.closeTimeout) { bound.value.close(promise: nil) }
        context.channel.closeFuture.whenComplete { _ in timer.cancel() }
    }
}
