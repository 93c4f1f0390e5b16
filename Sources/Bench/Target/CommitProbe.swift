import Foundation
import Glibc
import NIOConcurrencyHelpers
import NIOCore
import NIOPosix
import Synchronization

/// How long the disk takes to make 8 KiB durable, measured while a load runs.
final class CommitProbe: Sendable {
    private let threads = NIOThreadPool(numberOfThreads: 1)
    private let times = NIOLockedValueBox(Latencies())
    private let isRunning = Atomic(true)

    /// Few enough not to matter beside the database's own.
    private static let perSecond = 50.0

    /// - Parameter folder: on the disk in question.
    /// - Returns: `nil` if no file can be made there.
    init?(folder: String) {
        var path = Array("\(folder)/denwa-probe-XXXXXX".utf8CString)
        let file = mkstemp(&path)
        guard file >= 0 else { return nil }
        unlink(path)
        threads.start()
        threads.submit { _ in
            while self.isRunning.load(ordering: .relaxed) {
                self.commit(file)
                usleep(UInt32(1e6 / Self.perSecond))
            }
            Glibc.close(file)
        }
    }

    private func commit(_ file: Int32) {
        let page = [UInt8](repeating: 0x5A, count: 8_192)
        let start = NIODeadline.now()
        guard pwrite(file, page, page.count, 0) == page.count, fdatasync(file) == 0 else { return }
        times.withLockedValue { $0.record(.now() - start) }
    }

    /// - Returns: how long it took.
    func stop() async -> Latencies {
        isRunning.store(false, ordering: .relaxed)
        try? await threads.shutdownGracefully()
        return times.withLockedValue { $0 }
    }
}
