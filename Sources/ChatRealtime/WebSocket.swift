package import NIOCore

/// What a door makes of a socket. Everything is called on the socket's event loop.
package protocol WebSocketSession: AnyObject {
    /// Whether more may come from the client right now. When that changes: ``WebSocket/readIfAllowed()``.
    var mayReceive: Bool { get }
    /// From now on the session may write.
    func opened(_ socket: WebSocket)
    /// A whole message, checked. Called even if ``mayReceive`` has become false since the last read.
    func received(_ message: WebSocketMessage)
    /// Nothing more has come for now.
    func receivedAll()
    /// The client takes more again.
    func becameWritable()
    /// The server stops: the session is to finish what it has taken, and to close the socket.
    func serverStops()
    /// Nothing comes or goes any more. May be called more than once.
    func closed()
    /// The connection is gone. The last call, once.
    func ended(on eventLoop: any EventLoop)
}

/// One live connection that speaks WebSocket: frames, pings, the closing handshake, and the bounds of both directions.
///
/// What is written is framed already.
package final class WebSocket: ChannelDuplexHandler {
    package typealias InboundIn = ByteBuffer
    package typealias OutboundIn = Never
    package typealias OutboundOut = ByteBuffer

    /// How long a client may leave its budget full.
    private static let drainTimeout = TimeAmount.seconds(30)
    /// How long the client has to answer our close frame.
    private static let closeTimeout = TimeAmount.seconds(2)

    private enum Ending {
        /// The client has to answer our close frame.
        case waitForAnswer
        /// We have answered the client's.
        case close
        /// The client is not to be understood, so its answer would not be either. But what it has sent and we have not read
        /// would make the kernel throw our close frame away.
        case closeOutput
    }

    private let session: any WebSocketSession
    private let unreadBytes: Int
    /// `nil` when nothing sensible can be read any more.
    private var reader: FrameReader?
    private var assembler: FrameAssembler
    private var context: ChannelHandlerContext?
    private var wantsRead = false
    /// What waits for the next flush.
    private var outgoing = FrameJoiner()
    private var writer = DirectWriter()
    /// Whether the client takes more right now.
    package private(set) var isWritable = true
    private var isClosing = false
    /// What follows when all is written, our close frame last.
    private var ending = Ending.waitForAnswer
    private var timer: Scheduled<Void>?

    /// - Parameter unreadBytes: how much may wait for the client to read it. Above that it counts as not writable; the
    ///   log is the buffer.
    package init(_ limits: FrameAssembler.Limits, unreadBytes: Int = 1_048_576, _ session: any WebSocketSession) {
        self.session = session
        self.unreadBytes = unreadBytes
        self.reader = FrameReader(payloadLimit: limits.messageBytes)
        self.assembler = FrameAssembler(limits)
    }

    // MARK: - The connection

    package func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        session.opened(self)
        flush()
    }

    package func handlerRemoved(context: ChannelHandlerContext) { end() }

    package func channelInactive(context: ChannelHandlerContext) {
        end()
        context.fireChannelInactive()
    }

    /// The server's stop goes to the session; a client that sends no more loses its connection.
    package func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case is ChannelShouldQuiesceEvent: if !isClosing { session.serverStops() }
        case ChannelEvent.inputClosed: context.close(promise: nil)
        default: context.fireUserInboundEventTriggered(event)
        }
    }

    /// A connection that fails is closed; ``channelInactive(context:)`` follows.
    package func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    /// Says why, and closes when the client has answered or its time is over.
    package func close(_ code: CloseCode, _ reason: String) {
        guard !isClosing else { return }
        beginClosing(.closeFrame(code.rawValue, reason))
    }

    private func answerClose(_ code: UInt16?) {
        ending = .close
        beginClosing(.closeFrame(code ?? CloseCode.normal.rawValue))
    }

    private func fail(_ violation: ProtocolViolation) {
        guard !isClosing else { return }
        ending = .closeOutput
        beginClosing(.closeFrame(violation.code.rawValue, violation.reason))
    }

    /// Nothing follows a close frame.
    private func beginClosing(_ frame: ByteBuffer) {
        guard let context else { return }
        flush()
        isClosing = true
        timer?.cancel()
        let bound = context.loopBound
        timer = context.eventLoop.scheduleTask(in: Self.closeTimeout) { bound.value.close(promise: nil) }
        session.closed()
        send(frame)
        endIfDrained()
        readIfAllowed()
    }

    private func endIfDrained() {
        guard isClosing, writer.pendingBytes == 0 else { return }
        switch ending {
        case .waitForAnswer: break
        case .close: context?.close(promise: nil)
        case .closeOutput: context?.close(mode: .output, promise: nil)
        }
    }

    private func end() {
        guard let eventLoop = context?.eventLoop else { return }
        timer?.cancel()
        (context, timer) = (nil, nil)
        isClosing = true
        session.closed()
        session.ended(on: eventLoop)
    }

    /// Where everything about this socket happens; `nil` when it has gone.
    package var eventLoop: (any EventLoop)? { context?.eventLoop }

    // MARK: - What comes

    package func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        reader?.append(Self.unwrapInboundIn(data))
        do throws(ProtocolViolation) {
            while let frame = try reader?.next() { take(frame, context) }
        } catch {
            reader = nil
            fail(error)
        }
    }

    private func take(_ frame: Frame, _ context: ChannelHandlerContext) {
        guard !isClosing else {
            if frame.opcode == .close { context.close(promise: nil) }
            return
        }
        switch assembler.receive(frame, now: context.eventLoop.now) {
        case .nothing: break
        case .deliver(let message): session.received(message)
        case .pong(let payload):
            var pong = ByteBuffer()
            pong.writeServerFrame(.pong, payload: payload.readableBytesView)
            write(pong)
        case .answerClose(let code): answerClose(code)
        case .fail(let violation): fail(violation)
        }
    }

    package func channelReadComplete(context: ChannelHandlerContext) {
        if !isClosing { session.receivedAll() }
        flush()
        context.fireChannelReadComplete()
    }

    /// Kept until the client may be heard.
    package func read(context: ChannelHandlerContext) {
        wantsRead = true
        readIfAllowed()
    }

    /// Lets the client be heard, unless it does not read what it is sent: so neither its commands nor their answers can
    /// pile up. Who is being closed may still say goodbye.
    package func readIfAllowed() {
        guard let context, wantsRead, isClosing || isWritable && session.mayReceive else { return }
        wantsRead = false
        context.read()
    }

    // MARK: - What goes

    /// The frames go out with the next ``flush()``, if not before.
    package func write(_ frames: ByteBuffer) {
        guard !isClosing else { return }
        if let full = outgoing.add(frames) { send(full) }
    }

    /// Sends what waits, in one piece. Once the socket is closing it is thrown away.
    package func flush() {
        if let frames = outgoing.take(), !isClosing { send(frames) }
    }

    /// Whether something waits for a flush.
    package var hasOutgoing: Bool { !outgoing.isEmpty }

    private func send(_ frames: ByteBuffer) {
        guard let context, let rest = writer.write(frames, to: context.channel) else { return }
        let count = rest.readableBytes
        let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
        context.writeAndFlush(Self.wrapOutboundOut(rest)).whenSuccess { bound.value.sent(count) }
        if isWritable, !isClosing, writer.pendingBytes > unreadBytes { becomeUnwritable(context) }
    }

    private func becomeUnwritable(_ context: ChannelHandlerContext) {
        isWritable = false
        let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
        timer = context.eventLoop.scheduleTask(in: Self.drainTimeout) {
            bound.value.close(.timedOut, "nothing was read for 30 s")
        }
    }

    /// The channel has passed bytes on.
    private func sent(_ count: Int) {
        guard let context else { return }
        writer.written(count, by: context.channel)
        endIfDrained()
        guard !isWritable, !isClosing, writer.pendingBytes <= unreadBytes / 4 else { return }
        isWritable = true
        timer?.cancel()
        timer = nil
        session.becameWritable()
        readIfAllowed()
    }
}
