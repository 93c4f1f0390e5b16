/// The database's shape and the demo data, compiled in from `Migrations/` and `seeds/`.
package enum Schema {
    /// A file's name and its text.
    package typealias File = (name: String, text: String)

    /// `NNNN_name.sql`, in no particular order.
    package static var migrations: [File] {
        EmbeddedFiles.all.filter { !isSeed($0) && $0.name.hasSuffix(".sql") }
    }

    /// Demo data; loading a file twice does nothing the second time.
    package static var seeds: [File] {
        EmbeddedFiles.all.filter { isSeed($0) && $0.name.hasSuffix(".sql") }
    }

    /// Embedding keeps a file's name but not its folder; only migrations begin with a number.
    private static func isSeed(_ file: File) -> Bool {
        file.name.first?.isNumber != true
    }
}
