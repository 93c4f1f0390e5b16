import Glibc

/// Zeroed memory straight from the kernel, and back to it at the end.
///
/// All pages are touched at once: with 128 MiB, a third of a hash's time was spent on waiting for them. Huge pages, where
/// the kernel has them, are because Argon2 jumps about in its memory; they save a few per cent more.
final class MappedPages: Sendable {
    /// Of a huge page.
    private static let alignment = 2 << 20

    /// At least as many as were asked for.
    nonisolated(unsafe) let bytes: UnsafeMutableRawBufferPointer
    private nonisolated(unsafe) let mapping: UnsafeMutableRawBufferPointer

    /// `nil` if the kernel has no memory left.
    init?(bytes count: Int) {
        let capacity = Self.rounded(count)
        let mapped = capacity + Self.alignment
        guard let start = mmap(nil, mapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
            start != MAP_FAILED
        else { return nil }
        mapping = UnsafeMutableRawBufferPointer(start: start, count: mapped)
        bytes = UnsafeMutableRawBufferPointer(
            start: start.alignedUp(toMultipleOf: Self.alignment), count: capacity)
        // Advice: without it, or on a kernel that does not take it, the pages are small ones.
        _ = madvise(bytes.baseAddress, capacity, Int32(MADV_HUGEPAGE))
        wipe(first: capacity)
    }

    deinit {
        munmap(mapping.baseAddress, mapping.count)
    }

    /// How large memory for `count` bytes is: whole huge pages.
    static func rounded(_ count: Int) -> Int {
        (max(count, 1) + alignment - 1) / alignment * alignment
    }

    /// Writes zeros over the first bytes.
    func wipe(first count: Int) {
        guard let start = bytes.baseAddress else { return }
        memset(start, 0, min(count, bytes.count))
    }
}
