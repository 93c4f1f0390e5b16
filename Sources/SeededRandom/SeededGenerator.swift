/// SplitMix64 (Steele, Lea, Flood 2014): small, fast, and the same everywhere for the same seed, so that whatever went wrong
/// under a seed can be seen again.
package struct SeededGenerator: RandomNumberGenerator, Sendable {
    private var state: UInt64

    /// Any seed is a good one.
    package init(seed: UInt64) { self.state = seed }

    /// A generator of its own for each use of one seed.
    package init(seed: UInt64, stream: UInt64) {
        self.state = Self.mixed(seed ^ Self.mixed(stream &+ 0x9E37_79B9_7F4A_7C15))
    }

    /// 64 bits, each as likely 0 as 1. The sequence repeats after 2^64 numbers.
    package mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        return Self.mixed(state)
    }

    private static func mixed(_ value: UInt64) -> UInt64 {
        var mixed = value
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
