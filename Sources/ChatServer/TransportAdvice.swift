import Limits

extension ServerConfiguration {
    /// What is wrong with the way that visitors take, with cause and cure; `nil` if it is https, or does not leave this machine.
    package var transportWarning: String? {
        guard !isSecure, !isLocal else { return nil }
        return "The public URL is \(publicOrigin): passwords and messages cross the network in plain text. "
            + "Put a proxy with TLS in front of Denwa, and set publicURL to its https address."
    }

    private var isLocal: Bool {
        let host = publicHost.lowercased()
        guard host != "localhost", !host.hasSuffix(".localhost") else { return true }
        guard let address = IPAddress(host.filter { $0 != "[" && $0 != "]" }) else { return false }
        return ["127.0.0.0/8", "::1"].compactMap { AddressRange($0) }.contains { $0.contains(address) }
    }
}
