@testable import Limits

extension FuzzTarget {
    /// A range of trusted proxies in the first line, the values of `X-Forwarded-For` in the others. Whatever a client has
    /// written there, the address that our own proxy appends is the answer.
    static let address = FuzzTarget(
        name: "address", limit: 3000,
        seeds: .texts(
            "10.0.0.0/8\n203.0.113.9, 10.1.2.3", "::1\n[2001:db8::1]:443, ::ffff:1.2.3.4", "127.0.0.1\n,, ,",
            "fd00::/8\n1.2.3.4:65535,fe80::1%eth0\n:::", "0.0.0.0/0\n1:2:3:4:5:6:7.8.9.0", "::/0\n[::1", "\n0x7f.1",
            "::ffff:10.0.0.0/104\n" + String(repeating: "1.2.3.4,", count: 40)),
        tokens: [", ", "[", "]", "::", ":", ".", "/", "\n", "255", "ffff", "%", "1.2.3.4", "65536", "0"]
    ) { input in
        let lines = input.split(separator: 0x0A, omittingEmptySubsequences: false).map { Array($0).text }
        for line in lines { try checkForms(of: line) }
        let proxies = AddressRange(lines.first ?? "").map { [$0] } ?? []
        let written = Array(lines.dropFirst())
        try promise("nobody believes a stranger", find(stranger, written, proxies + [loopback]) == stranger)
        // A proxy of ours appends in a line of its own or at the end of the last one.
        let joined = written.dropLast() + [(written.last ?? "") + ", \(stranger)"]
        for appended in [written + ["\(stranger)"], Array(joined)] {
            let found = find(.loopback, appended, [loopback])
            try promise("the last word is the proxy's: \(found)", found == stranger)
        }
        let found = find(.loopback, written, proxies + [loopback])
        try promise("the answer was in the list", found == .loopback || AddressRange("\(found)") != nil)
    }

    private static let loopback = AddressRange(IPAddress.loopback)
    /// In no range but the widest.
    private static let stranger = IPAddress(bits: 0xFFFF_CB00_7109)

    private static func find(_ peer: IPAddress, _ lines: [String], _ proxies: [AddressRange]) -> IPAddress {
        // A range that holds the stranger would make it a proxy.
        let proxies = proxies.filter { !$0.contains(stranger) }
        return ClientAddress.find(peer: peer, forwardedFor: lines, trusting: proxies)
    }

    private static func checkForms(of text: String) throws {
        guard let address = IPAddress(text) else { return }
        try promise("an address has one form", IPAddress(address.description) == address)
        try promise("an address's range is itself", AddressRange(text)?.contains(address) == true)
        try promise("and nothing else", AddressRange(text)?.contains(IPAddress(bits: address.bits ^ 1)) == false)
    }
}
