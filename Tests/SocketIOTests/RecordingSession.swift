import NIOCore

@testable import SocketIO

/// Keeps what it is told, and takes from the client and the server as much as a test wants. A test is one thread.
final class RecordingSession: EngineSession, @unchecked Sendable {
    private(set) var socket: EngineSocket?
    private(set) var messages: [EngineMessage] = []
    private(set) var resumptions = 0
    private(set) var ends = 0
    /// What goes on elsewhere.
    private(set) var next: RecordingSession?
    /// How many messages it takes; `nil` for all.
    var takes: Int?
    var mayReceive: Bool {
        get { isReceptive && takes.map { messages.count < $0 } ?? true }
        set { isReceptive = newValue }
    }
    private var isReceptive = true
    var isIdle = true
    /// Written again and again as long as the client takes it.
    var flood: ByteBuffer?
    /// Written for each message.
    var answer: ByteBuffer?

    func opened(_ socket: EngineSocket) { self.socket = socket }

    func received(_ message: EngineMessage) {
        messages.append(message)
        if let answer { socket?.write(answer) }
    }

    func serverStops() { socket?.close() }
    func closed(on eventLoop: any EventLoop) { ends += 1 }

    func becameWritable() {
        resumptions += 1
        write()
    }

    func write() {
        guard let flood, let socket else { return }
        while socket.isWritable { socket.write(flood) }
        socket.flush()
    }

    func continuation() -> @Sendable () -> any EngineSession {
        let next = RecordingSession()
        self.next = next
        return { next }
    }
}

/// The answer to a request of long-polling, once it is there.
final class PollingAnswer {
    private var result: Result<String, any Error>?

    init(_ future: EventLoopFuture<ByteBuffer>) {
        future.assumeIsolated().whenComplete { [self] in
            result = $0.map { String(buffer: $0).replacing("\u{1E}", with: "|") }
        }
    }

    /// The packets, with "|" between them.
    var text: String? { try? result?.get() }

    var error: EngineError? {
        guard case .failure(let error) = result else { return nil }
        return error as? EngineError
    }
}

/// The answer to a POST, once it is there.
final class PostingAnswer {
    private var result: Result<Void, any Error>?

    init(_ future: EventLoopFuture<Void>) {
        future.assumeIsolated().whenComplete { [self] in result = $0 }
    }

    var isAnswered: Bool { result != nil }

    var error: EngineError? {
        guard case .failure(let error) = result else { return nil }
        return error as? EngineError
    }
}

extension EngineConfiguration {
    /// The product's.
    static let usual = EngineConfiguration(
        pingInterval: .seconds(25), pingTimeout: .seconds(20), maxPayload: 131_072)
}

extension ByteBuffer {
    /// A message as it is written to the client.
    static func message(_ text: String) -> ByteBuffer {
        var frame = ByteBuffer()
        EnginePacket.text(ByteBuffer(string: text)).writeFrame(to: &frame)
        return frame
    }
}
