/// Where a session was begun, for its owner to recognise it.
package struct LoginPlace: Sendable, Hashable {
    /// At most this many code points.
    private static let limit = 200

    /// What the client says of itself, as in `User-Agent`: one line, perhaps empty. Anybody can write anything there.
    package let device: String
    /// The client's IP address; `nil` if it is not known.
    package let address: String?

    /// - Parameter device: cut to 200 code points; control characters become spaces.
    package init(device: String, address: String?) {
        let line = device.unicodeScalars.prefix(Self.limit).map { scalar -> Unicode.Scalar in
            scalar.properties.generalCategory == .control ? " " : scalar
        }
        var text = String.UnicodeScalarView()
        text.append(contentsOf: line)
        self.device = String(text)
        self.address = address
    }
}
