import ChatCore
package import Limits

/// Refuses what a visitor has sent in plain text to a server whose public URL is https. Denwa itself speaks no TLS; whether the
/// visitor did, a trusted proxy says in `X-Forwarded-Proto`.
package struct TransportPolicy: Sendable {
    private let isSecure: Bool
    private let proxies: [AddressRange]

    /// - Parameter isSecure: whether the public URL is https.
    package init(isSecure: Bool, proxies: [AddressRange]) {
        self.isSecure = isSecure
        self.proxies = proxies
    }

    /// - Parameters:
    ///   - forwarded: the header's lines; where proxies have added to them, the first word is about the visitor.
    ///   - peer: who has connected to us.
    /// - Returns: `tls_required`, or `nil` if nobody whom we believe speaks against it.
    func refusal(of forwarded: [String], from peer: IPAddress) -> ChatError? {
        guard isSecure, let first = forwarded.first?.split(separator: ",").first else { return nil }
        let scheme = first.filter { $0 != " " }.lowercased()
        guard scheme == "http" || scheme == "ws", proxies.contains(where: { $0.contains(peer) }) else { return nil }
        return ChatError(
            .tlsRequired,
            "This came without TLS, says the proxy's X-Forwarded-Proto. Use https and wss; the proxy has to name what visitors use."
        )
    }
}
