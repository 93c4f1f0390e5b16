package import NIOCore
import NIOPosix

/// A socket on the native door (docs/asyncapi.yaml): one channel handler that finds the frames in place. Confined to its
/// event loop; so is its observer.
package final class ChatSocket: ChannelInboundHandler {
    package typealias InboundIn = ByteBuffer
    package typealias OutboundOut = ByteBuffer

    private enum State {
        case opening(UpgradeExchange)
        case open
        case ended
    }

    private let address: ServerAddress
    private let token: String
    private var observer: (any ChatSocketObserver)?
    private var context: ChannelHandlerContext?
    private var state = State.opening(UpgradeExchange())
    private var scanner = ServerFrameScanner()
    private var frames = ClientFrames()
    private var outgoing = ByteBuffer()
    private var deadline: Scheduled<Void>?

    /// Connects; called on the event loop, and the observer hears what comes of it.
    /// - Parameters:
    ///   - token: a session's.
    ///   - timeout: how long connecting and the handshake may take together.
    ///   - receiveBuffer: the size of the kernel's buffer, in bytes; `nil` is the system's choice.
    @discardableResult
    package static func open(
        _ address: ServerAddress, token: String, on eventLoop: any EventLoop, timeout: TimeAmount = .seconds(30),
        receiveBuffer: Int? = nil, observer: any ChatSocketObserver
    ) -> ChatSocket {
        let socket = ChatSocket(address, token, observer)
        let bound = NIOLoopBound(socket, eventLoop: eventLoop)
        socket.deadline = eventLoop.scheduleTask(in: timeout) { bound.value.end(.lost("the handshake took too long")) }
        var bootstrap = ClientBootstrap(group: eventLoop).channelInitializer { channel in
            channel.eventLoop.makeCompletedFuture { try channel.pipeline.syncOperations.addHandler(bound.value) }
        }
        if let receiveBuffer {
            bootstrap = bootstrap.channelOption(.socketOption(.so_rcvbuf), value: .init(receiveBuffer))
        }
        bootstrap.connect(to: address).whenFailure { bound.value.end(.lost("\($0)")) }
        return socket
    }

    private init(_ address: ServerAddress, _ token: String, _ observer: any ChatSocketObserver) {
        self.address = address
        self.token = token
        self.observer = observer
    }

    /// Whether the handshake is done and the socket has not ended. What is written at other times is thrown away.
    package var isOpen: Bool {
        if case .open = state { true } else { false }
    }

    // MARK: - Sending

    /// Takes one text message; it goes out with the next ``flush()``, which follows by itself on what the observer does
    /// when it is called.
    package func write(_ message: UnsafeRawBufferPointer) {
        guard isOpen else { return }
        frames.write(.text, message, to: &outgoing)
    }

    /// Takes one text message; it goes out with the next ``flush()``.
    package func write(_ message: [UInt8]) { message.withUnsafeBytes { write($0) } }

    /// Sends all that was written, in one go.
    package func flush() {
        guard let context, outgoing.readableBytes > 0 else { return }
        context.writeAndFlush(wrapOutboundOut(outgoing), promise: nil)
        outgoing.clear()
    }

    /// Takes no more bytes from the kernel, as a program that hangs.
    package func stopReading() { setReading(false) }

    /// Reads again.
    package func startReading() { setReading(true) }

    private func setReading(_ reads: Bool) {
        try? context?.channel.syncOptions?.setOption(.autoRead, value: reads)
    }

    /// Sends a close frame. The server answers it with its own and closes the connection.
    package func close(code: UInt16 = 1000) {
        guard isOpen else { return drop() }
        let payload = [UInt8(code >> 8), UInt8(code & 0xFF)]
        payload.withUnsafeBytes { frames.write(.close, $0, to: &outgoing) }
        flush()
    }

    /// Closes the connection without a word.
    package func drop() { end(.dropped) }

    // MARK: - The channel

    package func handlerAdded(context: ChannelHandlerContext) { self.context = context }

    package func handlerRemoved(context: ChannelHandlerContext) {
        end(.lost("it was closed"))
        self.context = nil
    }

    package func channelActive(context: ChannelHandlerContext) {
        // It may have been dropped while it was connecting.
        guard case .opening = state else { return context.close(promise: nil) }
        context.writeAndFlush(wrapOutboundOut(UpgradeExchange.request(to: address, token: token)), promise: nil)
    }

    package func channelInactive(context: ChannelHandlerContext) { end(.lost("the server closed it")) }

    package func errorCaught(context: ChannelHandlerContext, error: any Error) { end(.lost("\(error)")) }

    package func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = unwrapInboundIn(data)
        if case .opening(let exchange) = state {
            proceed(exchange, &bytes)
            guard isOpen, bytes.readableBytes > 0 else { return }
        }
        do throws(ServerFrameScanner.Violation) {
            try scanner.feed(&bytes) { kind, payload in received(kind, payload) }
        } catch {
            end(.violated(error.reason))
        }
    }

    /// What the observer has written meanwhile goes out together.
    package func channelReadComplete(context: ChannelHandlerContext) {
        flush()
        context.fireChannelReadComplete()
    }

    private func proceed(_ exchange: UpgradeExchange, _ bytes: inout ByteBuffer) {
        var exchange = exchange
        switch exchange.receive(&bytes) {
        case .incomplete: state = .opening(exchange)
        case .accepted:
            state = .open
            deadline?.cancel()
            deadline = nil
            observer?.opened(self)
        case .refused(let status, let code): end(.refused(status: status, code: code))
        case .violated(let reason): end(.violated(reason))
        }
    }

    private func received(_ kind: ServerFrameScanner.Kind, _ payload: UnsafeRawBufferPointer) {
        guard isOpen else { return }
        switch kind {
        case .text: observer?.received(payload, on: self)
        case .binary: end(.violated("a binary frame"))
        case .ping:
            frames.write(.pong, payload, to: &outgoing)
            flush()
        case .pong: break
        case .close:
            let code = payload.count < 2 ? 1005 : UInt16(payload[0]) << 8 | UInt16(payload[1])
            frames.write(.close, .init(rebasing: payload.prefix(2)), to: &outgoing)
            flush()
            end(.closed(code: code, reason: String(decoding: payload.dropFirst(2), as: UTF8.self)))
        }
    }

    private func end(_ end: SocketEnd) {
        if case .ended = state { return }
        state = .ended
        deadline?.cancel()
        deadline = nil
        let observer = observer
        self.observer = nil
        context?.close(promise: nil)
        observer?.ended(self, end)
    }
}
