import ChatRealtime
package import NIOCore

/// One Engine.IO session: packets over long-polling, then mostly over a WebSocket. Confined to an event loop.
///
/// What goes out is always written as WebSocket frames, so that many clients can be told the same bytes; long-polling
/// repacks them.
package final class EngineSocket {
    enum Transport {
        case polling
        case webSocket(WebSocket)
    }

    /// Public: other clients may see it.
    package let sid: String
    package let eventLoop: any EventLoop
    let configuration: EngineConfiguration
    let session: any EngineSession
    private let onClose: @Sendable () -> Void
    var transport = Transport.polling
    var queue = PollingQueue()
    /// What was answered last, to which request: a browser whose connection breaks may ask the same again by itself.
    var lastPoll: (mark: String, body: ByteBuffer)?
    var lastPost: String?
    /// The answers to POSTs that wait until the session takes more.
    var posts: [EventLoopPromise<Void>] = []
    /// Tells the WebSocket that wants to take over that there is nothing any more to be taken.
    var dismissUpgrade: (@Sendable () -> Void)?
    /// It has shown that it works: requests that wait come back, so that the client can change over.
    var isProbed = false
    /// Called when the session can move to another loop.
    var onIdle: (() -> Void)?
    var isOpen = true
    /// Another loop has it now.
    var hasMoved = false
    var wasWritable = true
    /// What the client is to do or to be asked next.
    var awaitsPong = false
    var nextBeat = NIODeadline.distantFuture
    var timer: Scheduled<Void>?

    /// - Parameter onClose: called once when it is over.
    init(
        sid: String, on eventLoop: any EventLoop, _ configuration: EngineConfiguration, _ session: any EngineSession,
        onClose: @escaping @Sendable () -> Void
    ) {
        self.sid = sid
        self.eventLoop = eventLoop
        self.configuration = configuration
        self.session = session
        self.onClose = onClose
    }

    /// Greets the client.
    /// - Parameter socket: what carries it; `nil` for long-polling.
    func open(on socket: WebSocket?) {
        if let socket { transport = .webSocket(socket) }
        send(.open(handshake(upgrades: socket == nil ? #"["websocket"]"# : "[]")))
        begin(.ping(in: configuration.pingInterval))
    }

    /// Goes on with what a session on another loop has left.
    func goOn(on socket: WebSocket, with left: Remainder) {
        transport = .webSocket(socket)
        if left.frames.readableBytes > 0 { write(left.frames) }
        begin(left.beat)
    }

    private func begin(_ beat: Beat) {
        schedule(beat)
        session.opened(self)
        flush()
    }

    private func handshake(upgrades: String) -> ByteBuffer {
        let (interval, timeout) = (configuration.pingInterval, configuration.pingTimeout)
        return ByteBuffer(
            string: #"{"sid":"\#(sid)","upgrades":\#(upgrades),"pingInterval":\#(interval.nanoseconds / 1_000_000),"#
                + #""pingTimeout":\#(timeout.nanoseconds / 1_000_000),"maxPayload":\#(configuration.maxPayload)}"#)
    }

    // MARK: - What goes

    /// Whether the client takes more right now.
    package var isWritable: Bool {
        switch transport {
        case .polling: isOpen && queue.byteCount <= configuration.unreadBytes
        case .webSocket(let socket): isOpen && socket.isWritable
        }
    }

    /// Whether something waits for a flush.
    package var hasOutgoing: Bool {
        switch transport {
        case .polling: queue.waiting != nil && queue.byteCount > 0
        case .webSocket(let socket): socket.hasOutgoing
        }
    }

    /// Whole WebSocket frames. They go out with the next ``flush()``, if not before.
    package func write(_ frames: ByteBuffer) {
        guard isOpen else { return }
        switch transport {
        case .polling:
            queue.append(frames)
            if !isWritable { wasWritable = false }
        case .webSocket(let socket): socket.write(frames)
        }
    }

    package func flush() {
        switch transport {
        case .polling:
            queue.flush()
            resumeIfDrained()
        case .webSocket(let socket): socket.flush()
        }
    }

    /// Goes out with the next ``flush()``.
    package func send(_ packet: EnginePacket) {
        var frame = ByteBuffer()
        packet.writeFrame(to: &frame)
        write(frame)
    }

    // MARK: - What comes

    /// - Throws: `EngineError.badRequest` if it makes no sense; the session is over then.
    func take(_ packet: EnginePacket) throws(EngineError) {
        guard isOpen else { return }
        switch packet {
        case .text(let text): session.received(.text(text))
        case .binary(let bytes): session.received(.binary(bytes))
        case .pong: schedule(.ping(in: configuration.pingInterval))
        case .close: finish()
        case .ping:
            // Only the server asks.
            close()
            throw .badRequest
        case .open, .upgrade, .noop: break
        }
    }

    /// A frame of the WebSocket.
    func received(_ message: WebSocketMessage) {
        do {
            switch message {
            case .text(let text): try take(EnginePacket(decoding: text, allowsBase64: false))
            case .binary(let bytes): try take(.binary(bytes))
            }
        } catch {
            close()
        }
    }

    var mayReceive: Bool { isOpen && onIdle == nil && session.mayReceive }

    /// The session takes more from the client, or less.
    package func readIfAllowed() {
        if let onIdle, session.isIdle {
            self.onIdle = nil
            return onIdle()
        }
        guard mayReceive || !isOpen else { return }
        for post in posts { post.succeed() }
        posts = []
        if case .webSocket(let socket) = transport { socket.readIfAllowed() }
    }

    func becameWritable() { session.becameWritable() }

    // MARK: - The end

    package func serverStops() {
        guard isOpen else { return }
        session.serverStops()
    }

    /// Tells the client, which then connects again by itself.
    package func close() {
        guard isOpen else { return }
        // What the client has not been told yet, it reads from the log when it comes back.
        queue.release(with: .close)
        finish()
    }

    /// The connection is not there any more.
    func connectionEnded() { finish() }

    func finish() {
        guard isOpen else { return }
        end()
        onClose()
    }

    func end() {
        isOpen = false
        dismissUpgrade?()
        dismissUpgrade = nil
        timer?.cancel()
        timer = nil
        onIdle = nil
        for post in posts { post.succeed() }
        posts = []
        queue.release(with: .noop)
        session.closed(on: eventLoop)
        if case .webSocket(let socket) = transport { socket.close(.normal, "the session has ended") }
    }
}
