import NIOCore

/// Joins small frames that wait for the same flush, so that the kernel gets them in one piece.
struct FrameJoiner {
    /// Copying so many bytes costs less than handing them to the kernel apart.
    private static let limit = 32_768

    private var waiting: ByteBuffer?

    /// - Returns: what has to be written before `frames`, because they do not fit together.
    mutating func add(_ frames: ByteBuffer) -> ByteBuffer? {
        guard let before = waiting else {
            waiting = frames
            return nil
        }
        guard before.readableBytes + frames.readableBytes <= Self.limit else {
            waiting = frames
            return before
        }
        waiting?.writeImmutableBuffer(frames)
        return nil
    }

    var isEmpty: Bool { waiting == nil }

    /// What waits; nothing does afterwards.
    mutating func take() -> ByteBuffer? {
        defer { waiting = nil }
        return waiting
    }
}
