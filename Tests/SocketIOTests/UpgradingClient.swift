import ChatRealtime
import NIOCore
import NIOEmbedded

@testable import SocketIO

/// A client's WebSocket on a loop of its own.
struct UpgradingClient {
    let channel: EmbeddedChannel

    init(_ socket: WebSocket, on loop: EmbeddedEventLoop) throws {
        channel = EmbeddedChannel(handlers: [socket], loop: loop)
        try channel.connect(to: SocketAddress(unixDomainSocketPath: "/test")).wait()
    }

    /// All in one piece.
    func says(_ packets: String...) {
        var bytes = ByteBuffer()
        for packet in packets { bytes.writeClientFrame(0x81, ByteBuffer(string: packet)) }
        deliver(bytes)
    }

    func says(bytes: [UInt8]) {
        var frame = ByteBuffer()
        frame.writeClientFrame(0x82, ByteBuffer(bytes: bytes))
        deliver(frame)
    }

    private func deliver(_ bytes: ByteBuffer) {
        channel.pipeline.fireChannelRead(bytes)
        channel.pipeline.fireChannelReadComplete()
        channel.embeddedEventLoop.run()
    }

    /// What came since the last call: packets with "|" between them, and "closed" for a close frame.
    func hears() throws -> String {
        var texts: [String] = []
        while let frames = try channel.readOutbound(as: ByteBuffer.self) {
            guard frames.readableBytes > 0 else { continue }
            let isClose = frames.readableBytesView.first == 0x88
            texts.append(isClose ? "closed" : String(buffer: EnginePayload.encode(frames: frames)))
        }
        return texts.joined(separator: "|").replacing("\u{1E}", with: "|")
    }

    func goes() {
        channel.close(promise: nil)
        channel.embeddedEventLoop.run()
    }
}

extension ByteBuffer {
    /// A frame of up to 125 bytes as a client writes it; the key is zero, so that its bytes are the payload's.
    fileprivate mutating func writeClientFrame(_ opcode: UInt8, _ payload: ByteBuffer) {
        writeBytes([opcode, 0x80 | UInt8(truncatingIfNeeded: payload.readableBytes), 0, 0, 0, 0])
        writeImmutableBuffer(payload)
    }
}
