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
    /// Everything about the session happens here.
    package let eventLoop: any EventLoop
    let configuration: EngineConfiguration
    let session: any EngineSession
    let onClose: @Sendable () -> Void
    var transport = Transport.polling
    var queue = PollingQueue()
    var marks = RequestMarks(first: nil)
    /// The last answer to a GET, which may be asked for once more. The next GET says that it has come.
    var lastAnswer: ByteBuffer?
    var posted = PostedPackets()
    /// What was posted is being handed on.
    private var isTaking = false
    /// Tells the WebSocket that wants to take over that there is nothing any more to be taken.
    var dismissUpgrade: (@Sendable () -> Void)?
    /// It has shown that it works: requests that wait come back, so that the client can change over.
    var isProbed = false
    /// Called when the session can move to another loop.
    var onIdle: (() -> Void)?
    var isOpen = true
    /// Another loop has it now.
    var hasMoved = false
    private var wasWritable = true
    /// The end is written behind what waits for the client.
    var endsWhenFetched = false
    /// The answer to a POST that was the client's goodbye.
    var goodbye: EventLoopPromise<Void>?
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
    /// - Parameters:
    ///   - socket: what carries it; `nil` for long-polling.
    ///   - mark: of the request that began it.
    func open(on socket: WebSocket?, _ mark: String? = nil) {
        marks = RequestMarks(first: mark)
        if let socket { transport = .webSocket(socket) }
        send(.open(handshake(upgrades: socket == nil ? #"["websocket"]"# : "[]")))
        begin(.ping(in: configuration.pingInterval))
    }

    /// Goes on with what a session on another loop has left.
    func goOn(on socket: WebSocket, with left: Remainder) {
        transport = .webSocket(socket)
        if left.frames.readableBytes > 0 { write(left.frames) }
        begin(left.beat)
        for packet in left.packets { receive { packet } }
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
        case .polling: isOpen && unreadBytes <= configuration.unreadBytes
        case .webSocket(let socket): isOpen && socket.isWritable
        }
    }

    /// What waits for the client, and what it may ask for once more. With its WebSocket under way it does not say any more that
    /// it has got that.
    private var unreadBytes: Int { queue.byteCount + (isProbed ? 0 : lastAnswer?.readableBytes ?? 0) }

    /// To be called whenever more waits for the client.
    func noteUnread() { if !isWritable { wasWritable = false } }

    /// To be called whenever less does.
    func resumeIfDrained() {
        if endsWhenFetched, queue.byteCount == 0 { return finish() }
        guard isOpen, !wasWritable, unreadBytes <= configuration.unreadBytes / 4 else { return }
        wasWritable = true
        session.becameWritable()
        readIfAllowed()
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
            noteUnread()
        case .webSocket(let socket): socket.write(frames)
        }
    }

    /// Sends what waits: at once on a WebSocket, in long-polling as soon as a GET asks for it.
    package func flush() {
        switch transport {
        case .polling:
            queue.flush()
            noteUnread()
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

    /// - Throws: `EngineError.badRequest` if it makes no sense; the session has to be closed then.
    private func take(_ packet: EnginePacket) throws(EngineError) {
        guard isOpen else { return }
        switch packet {
        case .text(let text): session.received(.text(text))
        case .binary(let bytes): session.received(.binary(bytes))
        case .pong: heardPong()
        case .close: part()
        // Only the server asks.
        case .ping: throw .badRequest
        case .open, .upgrade, .noop: break
        }
    }

    /// A frame of the WebSocket.
    func received(_ message: WebSocketMessage) {
        receive {
            switch message {
            case .text(let text): try EnginePacket(decoding: text, allowsBase64: false)
            case .binary(let bytes): .binary(bytes)
            }
        }
    }

    private func receive(_ packet: () throws -> EnginePacket) {
        do { try take(packet()) } catch { close() }
    }

    var mayReceive: Bool { onIdle == nil && mayTake }

    /// Who does not read what it is sent is not heard either: so neither its commands nor their answers can pile up.
    private var mayTake: Bool { isWritable && !endsWhenFetched && session.mayReceive }

    /// The session takes more from the client, or less.
    package func readIfAllowed() {
        // The loop that hands on looks for itself.
        guard !isTaking else { return }
        takePosted()
        if let onIdle, session.isIdle {
            self.onIdle = nil
            return onIdle()
        }
        guard mayReceive || !isOpen else { return }
        if posted.isEmpty { posted.takeAnswer()?.succeed() }
        if case .webSocket(let socket) = transport { socket.readIfAllowed() }
    }

    private func takePosted() {
        isTaking = true
        defer { isTaking = false }
        do throws(EngineError) {
            while mayTake, let packet = posted.next() { try take(packet) }
        } catch {
            posted.takeAnswer()?.fail(error)
            close()
        }
        // A client that changes over asks for nothing until its POST has come back: it would wait for us, and we for it.
        if isProbed, posted.bodies == 1 { posted.takeAnswer()?.succeed() }
    }

    func becameWritable() { session.becameWritable() }
}
