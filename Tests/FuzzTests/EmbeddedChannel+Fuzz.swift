import NIOCore
import NIOEmbedded

extension EmbeddedChannel {
    /// Lets bytes arrive as from a network. Errors that no handler wants are dropped, as at the end of a real pipeline.
    /// - Parameter size: bytes of a piece; 0 sends all at once.
    func feed(_ bytes: [UInt8], inPiecesOf size: Int) {
        try? connect(to: SocketAddress(unixDomainSocketPath: "/fuzz")).wait()
        var rest = bytes[...]
        while !rest.isEmpty, isActive {
            let piece = rest.prefix(size == 0 ? rest.count : size)
            rest = rest.dropFirst(piece.count)
            _ = try? writeInbound(ByteBuffer(bytes: piece))
            embeddedEventLoop.run()
        }
    }

    /// All bytes that were written so far.
    func written() -> [UInt8] {
        var bytes: [UInt8] = []
        while let buffer = try? readOutbound(as: ByteBuffer.self) { bytes += buffer.readableBytesView }
        return bytes
    }

    /// Lets every timer fire, and closes.
    func end() {
        embeddedEventLoop.advanceTime(by: .seconds(60))
        _ = try? finish(acceptAlreadyClosed: true)
    }
}
