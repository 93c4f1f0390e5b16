/// An IPv4 or IPv6 address. No zone, no port.
///
/// An IPv4 address is held as its v4-mapped IPv6 address (RFC 4291, 2.5.5.2), so `1.2.3.4` and `::ffff:1.2.3.4` are one
/// address, whichever way the socket or a proxy spells it.
package struct IPAddress: Sendable, Hashable, CustomStringConvertible {
    /// The 128 bits of the address.
    let bits: UInt128

    /// This machine, as it calls itself.
    package static let loopback = IPAddress(bits: 0xFFFF_7F00_0001)

    init(bits: UInt128) { self.bits = bits }

    /// Reads an address as RFC 4291, 2.2 writes it, in at most 45 bytes.
    ///
    /// IPv4 is four decimal numbers without leading zeros: what other programs may read as octal, hex, or a number of
    /// 32 bits is refused.
    /// - Returns: `nil` if the text is anything else; also for a zone (`fe80::1%eth0`), a port, brackets and blanks.
    package init?(_ text: some StringProtocol) {
        self.init(bytes: text.utf8.prefix(AddressText.mostBytes + 1)[...])
    }

    /// The same, from UTF-8.
    init?(bytes: some Collection<UInt8>) {
        guard let bits = AddressText.bits(of: Array(bytes)[...]) else { return nil }
        self.bits = bits
    }

    /// Whether this is an IPv4 address, in either spelling.
    package var isIPv4: Bool { bits >> 32 == 0xFFFF }

    /// Whether it is this machine's own, and nobody else's (RFC 1122, 3.2.1.3 and RFC 4291, 2.5.3).
    package var isLoopback: Bool { bits >> 24 == 0xFFFF_7F || bits == 1 }

    /// The network that limits count by.
    package var network: Network { Network(bits: isIPv4 ? bits : bits & ~UInt128(UInt64.max)) }

    /// As RFC 5952 writes it.
    package var description: String { AddressText.text(of: self) }

    /// Whom a limit holds responsible: an IPv4 address, or the /64 of an IPv6 address, since every customer has at least
    /// 2^64 addresses to change between (RFC 6177). Many have 2^16 networks, too: no limit should rest on this alone.
    package struct Network: Sendable, Hashable, CustomStringConvertible {
        /// The address with what is not counted set to zero.
        let bits: UInt128

        /// An IPv4 address, or the first address of the network and `/64`.
        package var description: String {
            let address = IPAddress(bits: bits)
            return address.isIPv4 ? "\(address)" : "\(address)/64"
        }
    }
}
