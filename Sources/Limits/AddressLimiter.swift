/// Limits how often one network may do something, such as to sign up or to log in. Decides; has no clock of its own.
///
/// When there are more networks than there is room for, the network that would be free soonest is forgotten. Whoever has
/// so many networks gains nothing by it: a new one is free anyway.
package struct AddressLimiter: Sendable {
    /// Log-ins from one network: 10 a minute, and 20 at once. Many people may share one IPv4 address.
    package static let logIns = Rate(10, per: .seconds(60), burst: 20)
    /// Sign-ups from one network: 5 a minute, and 10 at once.
    package static let signUps = Rate(5, per: .seconds(60), burst: 10)

    private var networks: KeyLimiter<IPAddress.Network>

    /// - Parameters:
    ///   - rate: what one network may do.
    ///   - bound: the most networks that are remembered; about 200 bytes each.
    package init(_ rate: Rate, bound: Int = 50_000) { self.networks = KeyLimiter(rate, bound: bound) }

    /// How many networks are remembered.
    package var count: Int { networks.count }

    /// Decides about one try, and counts it if it is allowed.
    package mutating func decide(network: IPAddress.Network, now: ContinuousClock.Instant) -> Decision {
        networks.decide(network, now: now)
    }
}
