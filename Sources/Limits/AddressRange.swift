/// The addresses that begin with the same bits (CIDR, RFC 4632 and RFC 4291, 2.3); or a single address.
package struct AddressRange: Sendable, Hashable {
    private let first: IPAddress
    private let mask: UInt128

    /// Reads `10.0.0.0/8`, `fd00::/8`, or an address alone.
    ///
    /// IPv4 ranges may be written v4-mapped: `::ffff:10.0.0.0/104` is `10.0.0.0/8`.
    /// - Returns: `nil` if the text is anything else; also if a bit is set after the prefix: who writes `10.0.0.1/8` may
    ///   have meant the one address, and this is about trust.
    package init?(_ text: some StringProtocol) {
        let bytes = Array(text.utf8.prefix(AddressText.mostBytes + 5))
        let parts = bytes.split(separator: UInt8(ascii: "/"), maxSplits: 1, omittingEmptySubsequences: false)
        guard let address = parts.first, let first = IPAddress(bytes: address) else { return nil }
        var length = 128
        if parts.count == 2 {
            let isLong = address.contains(UInt8(ascii: ":"))
            guard let written = AddressText.decimal(parts[1], upTo: isLong ? 128 : 32) else { return nil }
            length = isLong ? written : written + 96
        }
        self.init(first: first, length: length)
    }

    /// One address alone.
    package init(_ address: IPAddress) {
        self.first = address
        self.mask = .max
    }

    private init?(first: IPAddress, length: Int) {
        // A shift by the whole width gives zero.
        self.mask = UInt128.max << (128 - length)
        self.first = first
        guard first.bits & ~mask == 0 else { return nil }
    }

    /// Whether the address lies in the range. An IPv6 range holds no IPv4 address, not even `::/0`.
    package func contains(_ address: IPAddress) -> Bool {
        address.bits & mask == first.bits && address.isIPv4 == first.isIPv4
    }
}
