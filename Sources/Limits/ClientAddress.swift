/// Who a request is from, when it may have come through proxies.
///
/// Every proxy appends the address it was called from to `X-Forwarded-For`. What stands left of the last proxy that is
/// ours was written by the client, who may write anything. So the list is read from the right, as far as it is our own
/// proxies who wrote it.
package enum ClientAddress {
    /// The most entries that are read, and the most bytes, both from the right.
    static let mostEntries = 32
    static let mostBytes = 2048

    /// Finds the first address from the right that is not a trusted proxy's.
    ///
    /// An entry is an address, in brackets or not, with a port or not (IPv6 with a port in brackets only). What is
    /// anything else, also an empty entry, ends the list: the answer is then the last proxy before it. So it is if all
    /// are trusted, or if the list is too long.
    /// - Parameters:
    ///   - peer: the address at the other end of the connection. For a Unix socket, 127.0.0.1.
    ///   - lines: the values of the header fields `X-Forwarded-For`, as they came.
    ///   - proxies: whose word is taken. If the peer is not among them, the header is not looked at.
    package static func find(
        peer: IPAddress, forwardedFor lines: [String], trusting proxies: [AddressRange]
    ) -> IPAddress {
        let isProxy = { (address: IPAddress) in proxies.contains { $0.contains(address) } }
        guard isProxy(peer) else { return peer }
        var client = peer
        for entry in entries(of: lines) {
            guard let address = address(in: entry) else { break }
            client = address
            guard isProxy(address) else { break }
        }
        return client
    }

    /// The entries from right to left, within the bounds.
    private static func entries(of lines: [String]) -> some Sequence<ArraySlice<UInt8>> {
        var entries: [ArraySlice<UInt8>] = []
        var room = mostBytes
        for line in lines.reversed() {
            let bytes = Array(line.utf8.suffix(room))
            let isCut = bytes.count < line.utf8.count
            let parts = bytes.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
            // Of an entry that is cut, the rest may look like an address.
            entries += parts.dropFirst(isCut ? 1 : 0).reversed()
            room -= bytes.count
            if isCut || entries.count >= mostEntries { break }
        }
        return entries.prefix(mostEntries)
    }

    private static func address(in entry: ArraySlice<UInt8>) -> IPAddress? {
        let text = trimmed(entry)
        if text.first == UInt8(ascii: "[") {
            let inside = text.dropFirst().prefix { $0 != UInt8(ascii: "]") }
            guard inside.endIndex < text.endIndex, inside.contains(UInt8(ascii: ":")),
                isPort(text[inside.endIndex...].dropFirst())
            else { return nil }
            return IPAddress(bytes: inside)
        }
        guard let colon = text.firstIndex(of: UInt8(ascii: ":")), text.contains(UInt8(ascii: ".")),
            text.lastIndex(of: UInt8(ascii: ":")) == colon
        else { return IPAddress(bytes: text) }
        return isPort(text[colon...]) ? IPAddress(bytes: text[..<colon]) : nil
    }

    /// Without blanks around it.
    private static func trimmed(_ entry: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        let isBlank = { (byte: UInt8) in byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }
        var text = entry.drop(while: isBlank)
        while let last = text.last, isBlank(last) { text.removeLast() }
        return text
    }

    /// Whether the text is empty, or a colon and a port.
    private static func isPort(_ text: ArraySlice<UInt8>) -> Bool {
        guard let colon = text.first else { return true }
        return colon == UInt8(ascii: ":") && AddressText.decimal(text.dropFirst(), upTo: 65_535) != nil
    }
}
