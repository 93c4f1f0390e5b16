import CArgon2
import NIOPosix

/// The memory that one slot fills at each hash: mapped at the first one, wiped after each, and kept.
///
/// Not safe for two threads at once: who has the slot has its memory.
final class SlotMemory: Sendable {
    /// libargon2's callbacks know nothing but their thread.
    private static let ofThread = ThreadSpecificVariable<SlotMemory>()
    private static let most = Int(PasswordHasher.Parameters.acceptableMemoryKiB.upperBound) << 10

    /// What is mapped between two hashes.
    private let usualBytes: Int
    private nonisolated(unsafe) var pages: MappedPages?
    private nonisolated(unsafe) var bytesInUse = 0
    /// How often the kernel was asked for memory.
    private(set) nonisolated(unsafe) var mappings = 0

    init(usualBytes: Int) {
        self.usualBytes = usualBytes
    }

    /// Whether nothing of a hash is left.
    var isClean: Bool { pages?.bytes.withMemoryRebound(to: UInt64.self) { $0.allSatisfy { $0 == 0 } } ?? true }

    /// 0 before the first hash, and after one that needed more than usual.
    var mappedBytes: Int { pages?.bytes.count ?? 0 }

    /// While `body` runs, libargon2 takes its memory from here when this thread calls it.
    func lend<T>(_ body: () -> T) -> T {
        Self.ofThread.currentValue = self
        defer {
            Self.ofThread.currentValue = nil
            // libargon2 forgets to free when it fails in the middle.
            takeBack()
        }
        return body()
    }

    /// libargon2's `allocate_cbk`.
    static func allocate(_ memory: UnsafeMutablePointer<UnsafeMutablePointer<UInt8>?>?, _ bytes: Int) -> Int32 {
        guard let memory, let start = ofThread.currentValue?.handOut(bytes) else {
            return ARGON2_MEMORY_ALLOCATION_ERROR.rawValue
        }
        memory.pointee = start
        return ARGON2_OK.rawValue
    }

    /// libargon2's `free_cbk`.
    static func free() { ofThread.currentValue?.takeBack() }

    private func handOut(_ bytes: Int) -> UnsafeMutablePointer<UInt8>? {
        guard bytes <= Self.most, bytesInUse == 0 else { return nil }
        if mappedBytes < bytes {
            // Before the larger one comes, so that a slot never has both.
            pages = nil
            pages = MappedPages(bytes: max(bytes, usualBytes))
            mappings += 1
        }
        guard let pages else { return nil }
        bytesInUse = bytes
        return pages.bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
    }

    private func takeBack() {
        pages?.wipe(first: bytesInUse)
        bytesInUse = 0
        if mappedBytes > MappedPages.rounded(usualBytes) { pages = nil }
    }
}
