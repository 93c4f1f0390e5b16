import NIOCore

/// Where a server listens, without TLS.
package struct ServerAddress: Sendable, Hashable, CustomStringConvertible {
    /// A name or an IP address, IPv6 without brackets.
    package let host: String
    /// 1 to 65,535 if it comes from a URL, else not checked.
    package let port: Int

    /// Checks nothing; connecting does.
    package init(host: String, port: Int) {
        self.host = host
        self.port = port
    }

    /// - Parameter url: `http://host:port` or `ws://host:port`, with an IPv6 address in brackets; the port may be missing
    ///   (80). `nil` for anything else.
    package init?(url: String) {
        guard let scheme = ["http://", "ws://"].first(where: { url.hasPrefix($0) }) else { return nil }
        var rest = url.dropFirst(scheme.count)
        if rest.hasSuffix("/") { rest.removeLast() }
        let colon = rest.lastIndex(of: ":").flatMap { rest[$0...].contains("]") ? nil : $0 }
        let host = rest[..<(colon ?? rest.endIndex)]
        let port = colon.map { Int(rest[rest.index(after: $0)...]) } ?? 80
        guard !host.isEmpty, !host.contains("/"), let port, (1...65_535).contains(port) else { return nil }
        self.init(host: String(host.drop { $0 == "[" }.prefix { $0 != "]" }), port: port)
    }

    /// As in the header `Host`.
    package var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }

    /// The address with its name resolved, so that connecting needs no look-up. Blocks.
    /// - Throws: what NIO throws for a name that does not exist.
    package func resolved() throws -> ServerAddress {
        let address = try SocketAddress.makeAddressResolvingHost(host, port: port)
        return ServerAddress(host: address.ipAddress ?? host, port: port)
    }

    /// `nil` if the host is a name.
    var socketAddress: SocketAddress? { try? SocketAddress(ipAddress: host, port: port) }
}
