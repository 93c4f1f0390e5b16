extension PasswordHasher {
    /// The cost of a hash.
    package struct Parameters: Sendable, Equatable {
        /// What this server is willing to pay for one hash, whoever asks for it: the configuration or a stored string.
        package static let acceptableMemoryKiB: ClosedRange<UInt32> = 8...131_072
        /// The bounds of ``passes``.
        package static let acceptablePasses: ClosedRange<UInt32> = 1...10
        /// The bounds of ``lanes``.
        package static let acceptableLanes: ClosedRange<UInt32> = 1...4

        /// The memory of one hash, `m` in RFC 9106; at least 8 for each lane.
        package let memoryKiB: UInt32
        /// How often that memory is gone through, `t` in RFC 9106.
        package let passes: UInt32
        /// The degree of parallelism, `p` in RFC 9106. A slot goes through its lanes one after the other.
        package let lanes: UInt32

        /// OWASP's floor for Argon2id. A value out of its bounds becomes the nearest one within them.
        package init(memoryKiB: UInt32 = 19_456, passes: UInt32 = 2, lanes: UInt32 = 1) {
            self.lanes = lanes.clamped(to: Self.acceptableLanes)
            self.passes = passes.clamped(to: Self.acceptablePasses)
            self.memoryKiB = max(memoryKiB.clamped(to: Self.acceptableMemoryKiB), 8 * self.lanes)
        }

        /// Whether an attacker guesses cheaper here than there: with less memory, or with less work.
        func isWeaker(than other: Self) -> Bool {
            memoryKiB < other.memoryKiB || kibibytesWritten < other.kibibytesWritten
        }

        private var kibibytesWritten: UInt64 { UInt64(memoryKiB) * UInt64(passes) }
    }
}

extension UInt32 {
    fileprivate func clamped(to range: ClosedRange<UInt32>) -> UInt32 {
        Swift.min(Swift.max(self, range.lowerBound), range.upperBound)
    }
}
