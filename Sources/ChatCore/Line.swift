/// One line of text that people read as a name: what it shows is all that it holds.
///
/// After RFC 8266 (PRECIS, nicknames) and UTS 39 (Unicode security mechanisms), with two differences. Case, width and
/// normal form stay as they were typed: names are shown and never looked up, and Swift's `==` sees canonical equivalents
/// as equal. And joiners and variation selectors are taken where writing needs them: see ``LineScan``.
enum Line {
    /// The line with white space at the ends taken off, and each run of spaces inside, of any width, made one space.
    /// - Parameters:
    ///   - field: the member's name, for the error.
    ///   - limit: most code points, counted after that.
    /// - Throws: `invalid_field`.
    static func check(_ text: String, field: String, limit: Int) throws(ChatError) -> String {
        let scalars = spaced(trimmed(text))
        guard (1...limit).contains(scalars.count) else {
            throw .invalid(field, "\(field) has 1 to \(limit) characters besides surrounding white space.")
        }
        if let fault = LineScan(scalars).fault { throw .invalid(field, fault.detail(of: field)) }
        var line = String.UnicodeScalarView()
        line.append(contentsOf: scalars)
        return String(line)
    }

    private static func trimmed(_ text: String) -> Substring.UnicodeScalarView {
        var scalars = Substring(text).unicodeScalars
        while let first = scalars.first, first.properties.isWhitespace { scalars.removeFirst() }
        while let last = scalars.last, last.properties.isWhitespace { scalars.removeLast() }
        return scalars
    }

    private static func spaced(_ text: Substring.UnicodeScalarView) -> [Unicode.Scalar] {
        var scalars: [Unicode.Scalar] = []
        for scalar in text {
            guard scalar.properties.generalCategory == .spaceSeparator else {
                scalars.append(scalar)
                continue
            }
            if scalars.last != " " { scalars.append(" ") }
        }
        return scalars
    }
}
