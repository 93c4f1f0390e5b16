/// The passwords that people use most, in lower case.
enum CommonPasswords {
    /// Most frequent first: the 10,000 most used ones, then those of the next 20,000 with 8 characters or more.
    static var byFrequency: [Substring] {
        let file = EmbeddedFiles.all.first { $0.name == "common-passwords.txt" }
        return file?.text.utf8.split(separator: UInt8(ascii: "\n")).map { Substring($0) } ?? []
    }

    /// Lengths of the entries, in code points.
    static let lengths = 4...20

    /// Built at the first use. Nearly all entries fit into a `String` without memory of their own.
    static let all = Set(byFrequency.map(String.init))
}
