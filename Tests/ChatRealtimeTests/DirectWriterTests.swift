import Glibc
import NIOCore
import NIOPosix
import Testing

@testable import ChatRealtime

/// A socket over a real connection, whose bytes go now straight into the kernel and now through the channel.
@Suite struct DirectWriterTests {
    /// Made of pieces of all sizes, most of which the kernel takes only in part.
    @Test func bytesKeepTheirOrderWhicheverWayTheyGo() async throws {
        let session = Talker(pieces: 4000)
        let server = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .childChannelOption(.socketOption(.so_sndbuf), value: 65_536)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(
                        WebSocket(.init(messageBytes: 1000), unreadBytes: 65_536, session.onItsLoop()))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        let port = try #require(server.localAddress?.port)
        let received = try await NIOThreadPool.singleton.runIfActive { try Self.readSlowly(from: port) }
        try await server.close()
        let isTheSame = received == Talker.expected(pieces: 4000)
        #expect(isTheSame, "\(received.count) bytes came")
    }

    /// Reads until the other side closes, with pauses in which its buffers fill.
    private static func readSlowly(from port: Int) throws -> [UInt8] {
        let descriptor = socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let connected = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard connected == 0 else { throw IOError(errnoCode: errno, reason: "connect") }
        var received: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 32_768)
        while true {
            let count = recv(descriptor, &buffer, buffer.count, 0)
            guard count > 0 else { return received }
            received += buffer[..<count]
            usleep(100)
        }
    }
}

/// Writes numbered pieces whenever the client takes more, and then says goodbye.
private final class Talker: WebSocketSession, @unchecked Sendable {
    private let pieces: Int
    private var next = 0
    private var socket: WebSocket?

    init(pieces: Int) { self.pieces = pieces }

    /// One connection comes, and everything else is called on its loop.
    func onItsLoop() -> Talker { self }

    static func expected(pieces: Int) -> [UInt8] {
        var bytes = (0..<pieces).reduce(into: ByteBuffer()) { bytes, number in
            var piece = piece(number)
            bytes.writeBuffer(&piece)
        }
        var goodbye = ByteBuffer.closeFrame(CloseCode.normal.rawValue, "")
        bytes.writeBuffer(&goodbye)
        return Array(bytes.readableBytesView)
    }

    private static func piece(_ number: Int) -> ByteBuffer {
        ByteBuffer(repeating: UInt8(truncatingIfNeeded: number), count: 1 + number * 37 % 20_000)
    }

    private func goOn() {
        guard let socket else { return }
        // A few at a time: so the kernel has taken some when the channel does not know yet.
        for _ in 0..<3 where next < pieces && socket.isWritable {
            socket.write(Self.piece(next))
            socket.flush()
            next += 1
        }
        if next == pieces { return socket.close(.normal, "") }
        guard socket.isWritable else { return }
        socket.eventLoop?.scheduleTask(in: .microseconds(20)) { self.goOn() }
    }

    var mayReceive: Bool { true }

    func opened(_ socket: WebSocket) {
        self.socket = socket
        goOn()
    }

    func becameWritable() { goOn() }
    func received(_ message: WebSocketMessage) {}
    func receivedAll() {}
    func serverStops() {}
    func closed() { socket = nil }
    func ended(on eventLoop: any EventLoop) {}
}
