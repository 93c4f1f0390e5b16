/// Which web pages may use the server: an exact list, compared as RFC 6454 writes origins.
package struct OriginPolicy: Sendable {
    private let allowed: Set<String>

    /// - Parameter urls: whatever follows the origin in a URL is ignored.
    package init(_ urls: [String]) {
        allowed = Set(urls.compactMap { Self.origin(of: $0) })
    }

    /// - Parameter origin: the value of the `Origin` header.
    package func allows(_ origin: String) -> Bool {
        allowed.contains(origin.lowercased())
    }

    /// `scheme://host[:port]` in lower case and without a default port.
    static func origin(of url: String) -> String? {
        let parts = url.lowercased().split(separator: "://", maxSplits: 1)
        guard parts.count == 2, let authority = parts[1].split(separator: "/").first, !authority.contains("@") else {
            return nil
        }
        let scheme = parts[0]
        // As in RFC 3986. Anything else is in no browser's Origin.
        guard scheme.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || "+-.".contains($0)) }) else {
            return nil
        }
        let defaultPort = scheme == "https" ? ":443" : ":80"
        let host = authority.hasSuffix(defaultPort) ? authority.dropLast(defaultPort.count) : authority
        return "\(scheme)://\(host)"
    }
}
