import Glibc
import NIOCore

/// Writes to a connection past its channel.
///
/// What is written goes straight into the kernel as long as the kernel takes it: that is most of what a delivery costs, and
/// the way through the channel costs a third as much again. What the kernel does not take goes through the channel, which
/// waits for it, and so does all that follows until the channel has none of it left.
struct DirectWriter {
    /// The connection itself; `nil` until the channel has written all that was written before.
    private var descriptor: NIOBSDSocket.Handle?
    /// Bytes that the channel has and the kernel has not.
    private(set) var pendingBytes = 0

    /// - Returns: what the channel has to write; ``written(_:by:)`` has to follow.
    mutating func write(_ bytes: ByteBuffer, to channel: any Channel) -> ByteBuffer? {
        var rest = bytes
        // A channel that is not active may have given its descriptor away.
        if pendingBytes == 0, let descriptor, channel.isActive {
            let sent = rest.withUnsafeReadableBytes {
                send(descriptor, $0.baseAddress, $0.count, CInt(MSG_NOSIGNAL) | CInt(MSG_DONTWAIT))
            }
            // What went wrong the channel will find too, and it knows what to do.
            rest.moveReaderIndex(forwardBy: max(0, sent))
            guard rest.readableBytes > 0 else { return nil }
        }
        pendingBytes += rest.readableBytes
        return rest
    }

    /// The channel has passed bytes on.
    mutating func written(_ count: Int, by channel: any Channel) {
        pendingBytes -= count
        guard pendingBytes == 0, descriptor == nil else { return }
        descriptor = try? channel.pipeline.syncOperations.withUnsafeTransportIfAvailable(
            of: NIOBSDSocket.Handle.self
        ) { $0 }
    }
}
