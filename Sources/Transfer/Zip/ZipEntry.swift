/// A file in an archive, as the list of entries describes it.
package struct ZipEntry: Sendable, Equatable {
    /// A relative path with slashes, of which no part leads upwards.
    package let name: String
    let isDeflated: Bool
    let crc: UInt32
    /// Bytes in the archive.
    let packed: Int
    /// Bytes when unpacked.
    package let size: Int
    /// Where its own header begins.
    let offset: Int
    /// Where the next entry or the list begins; all of the entry lies before.
    var limit = 0

    /// Paths that are longer are refused.
    private static let nameLimit = 1_024

    /// - Returns: what is wrong with a name, to follow "The entry x".
    static func fault(ofName name: String) -> String? {
        let parts = (name.hasSuffix("/") ? name.dropLast() : name[...]).split(
            separator: "/", omittingEmptySubsequences: false)
        if name.isEmpty || name.utf8.count > nameLimit { return "has no name, or too long a one" }
        if name.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F }) { return "has a control character in its name" }
        if name.contains("\\") || name.contains(":") { return "has a backslash or a colon in its name" }
        if name.hasPrefix("/") { return "is named by an absolute path" }
        if parts.contains(where: { $0 == ".." || $0 == "." || $0.isEmpty }) {
            return "is named by a path that leads out of the archive, or by an odd one"
        }
        return nil
    }
}
