import CArgon2
import NIOPosix
import Synchronization

/// Argon2id (RFC 9106) on a few threads of its own, behind a bounded queue.
///
/// Each hash takes tens of milliseconds and tens of MiB by design; the bounds are what keeps a flood of log-ins from
/// taking the server down. A slot belongs to the work: a request that has gone away still holds its slot to the end.
package final class PasswordHasher: Sendable {
    /// The cost of a new hash.
    package struct Parameters: Sendable, Equatable {
        /// The memory of one hash, `m` in RFC 9106.
        package var memoryKiB: UInt32
        /// How often that memory is gone through, `t` in RFC 9106.
        package var passes: UInt32
        /// The degree of parallelism, `p` in RFC 9106.
        package var lanes: UInt32

        /// OWASP's floor for Argon2id.
        package init(memoryKiB: UInt32 = 19_456, passes: UInt32 = 2, lanes: UInt32 = 1) {
            self.memoryKiB = memoryKiB
            self.passes = passes
            self.lanes = lanes
        }
    }

    /// Why a hash was not made.
    package enum Failure: Error, Sendable, Equatable {
        /// As many as allowed are waiting already.
        case busy
        /// libargon2's own error code.
        case library(Int32)
    }

    private static let saltBytes = 16
    private static let tagBytes = 32

    private let parameters: Parameters
    private let threads: NIOThreadPool
    private let limit: Int
    private let admitted = Atomic<Int>(0)

    /// - Parameters:
    ///   - slots: hashes made at the same time.
    ///   - queue: hashes that may wait for a slot.
    package init(_ parameters: Parameters = .init(), slots: Int, queue: Int) {
        self.parameters = parameters
        self.limit = max(1, slots) + max(0, queue)
        self.threads = NIOThreadPool(numberOfThreads: max(1, slots))
        self.threads.start()
    }

    /// Waits for the hashes that have begun. Those that wait for a slot, and later ones, fail with `CancellationError`.
    package func shutdown() async throws {
        try await threads.shutdownGracefully()
    }

    /// - Returns: a PHC string, `$argon2id$v=19$m=…,t=…,p=…$salt$tag`.
    /// - Throws: ``Failure``.
    package func hash(_ password: String) async throws -> String {
        let parameters = self.parameters
        return try await perform { try Self.hash(password, parameters) }
    }

    /// Whether `password` is the one behind a PHC string.
    /// - Parameter phc: `nil` for an unknown account: does the same work and answers `false`.
    /// - Throws: ``Failure``.
    package func verify(_ password: String, against phc: String?) async throws -> Bool {
        let parameters = self.parameters
        return try await perform {
            guard let phc, PHCString.isAcceptable(phc) else {
                _ = try Self.hash(password, parameters)
                return false
            }
            let bytes = Array(password.utf8)
            return argon2id_verify(phc, bytes, bytes.count) == ARGON2_OK.rawValue
        }
    }

    private func perform<T: Sendable>(_ work: @escaping @Sendable () throws -> T) async throws -> T {
        guard admitted.wrappingAdd(1, ordering: .relaxed).newValue <= limit else {
            admitted.wrappingSubtract(1, ordering: .relaxed)
            throw Failure.busy
        }
        // Here and not on the thread: work that was cancelled while it waited never gets there.
        defer { admitted.wrappingSubtract(1, ordering: .relaxed) }
        return try await threads.runIfActive { try work() }
    }

    private static func hash(_ password: String, _ parameters: Parameters) throws -> String {
        let bytes = Array(password.utf8)
        var generator = SystemRandomNumberGenerator()
        let salt = (0..<saltBytes).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
        let length = argon2_encodedlen(
            parameters.passes, parameters.memoryKiB, parameters.lanes, UInt32(saltBytes), UInt32(tagBytes), Argon2_id)
        var encoded = [CChar](repeating: 0, count: length)
        let status = argon2id_hash_encoded(
            parameters.passes, parameters.memoryKiB, parameters.lanes, bytes, bytes.count, salt, salt.count, tagBytes,
            &encoded, encoded.count)
        guard status == ARGON2_OK.rawValue else { throw Failure.library(status) }
        return String(decoding: encoded.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
