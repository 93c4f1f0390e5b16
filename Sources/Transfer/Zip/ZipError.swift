/// Why an archive is not read.
package struct ZipError: Error, Equatable, CustomStringConvertible {
    /// A sentence, for a person.
    package let description: String

    init(_ description: String) { self.description = description }

    /// About one entry, whose name is shown without what a terminal would obey.
    static func entry(_ name: String, _ what: String) -> ZipError {
        let scalars = name.unicodeScalars.prefix(100).map { scalar in
            scalar.properties.generalCategory == .control || scalar.properties.generalCategory == .format
                ? "?" : "\(scalar)"
        }
        return ZipError("The entry \(scalars.joined()) \(what).")
    }

    static func tooMany(_ limit: Int, _ what: String) -> ZipError {
        ZipError("The archive has more than \(limit) \(what).")
    }

    /// A record ends before it should, or is none.
    static let broken = ZipError("The archive is broken or was cut off: its list of entries cannot be read.")
}
