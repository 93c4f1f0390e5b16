import ChatClient
import ChatCore
import NIOCore
import NIOPosix

/// What one socket hears, as a sequence that ends with the socket.
final class SocketFrames: ChatSocketObserver {
    /// A frame, or why there are no more.
    enum Element: Sendable {
        case opened
        case frame(JSONObject)
        case ended(SocketEnd)
    }

    private let continuation: AsyncStream<Element>.Continuation
    private let firstCommand: [UInt8]

    private init(_ continuation: AsyncStream<Element>.Continuation, _ firstCommand: [UInt8]) {
        self.continuation = continuation
        self.firstCommand = firstCommand
    }

    /// Connects and says one thing; the connection is dropped when nobody listens any more.
    static func open(_ address: ServerAddress, token: String, saying command: [UInt8]) -> AsyncStream<Element> {
        let eventLoop = MultiThreadedEventLoopGroup.singleton.any()
        return AsyncStream { continuation in
            eventLoop.execute {
                let frames = SocketFrames(continuation, command)
                let socket = ChatSocket.open(address, token: token, on: eventLoop, observer: frames)
                let bound = NIOLoopBound(socket, eventLoop: eventLoop)
                continuation.onTermination = { _ in eventLoop.execute { bound.value.drop() } }
            }
        }
    }

    func opened(_ socket: ChatSocket) {
        socket.write(firstCommand)
        socket.flush()
        continuation.yield(.opened)
    }

    func received(_ message: UnsafeRawBufferPointer, on socket: ChatSocket) {
        guard let object = try? JSONParser.object(message) else { return socket.drop() }
        continuation.yield(.frame(object))
    }

    func ended(_ socket: ChatSocket, _ end: SocketEnd) {
        continuation.yield(.ended(end))
        continuation.finish()
    }
}
