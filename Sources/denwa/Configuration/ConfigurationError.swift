/// A setting that cannot be used: the cause and the cure.
enum ConfigurationError: Error, Equatable, CustomStringConvertible {
    struct BadValue: Equatable {
        let key: String
        /// `nil` if it must not be repeated, or is no plain value.
        let value: String?
        let expected: String
        /// The flag, the variable, or the member and its file.
        let place: String
    }

    case badValue(BadValue)
    case unknownVariable(String, nearest: String)
    case unknownMember(String, file: String, nearest: String)
    case badFile(String, reason: String)
    case noDatabase

    var description: String {
        switch self {
        case .badValue(let bad):
            "\(bad.place) sets \(bad.key) to \(bad.value.map { "`\($0)`" } ?? "something else"); "
                + "it has to be \(bad.expected)."
        case .unknownVariable(let name, let nearest):
            "The environment variable \(name) is no setting; did you mean \(nearest)? (All are in docs/configuration.md.)"
        case .unknownMember(let name, let file, let nearest):
            "`\(name)` in \(file) is no setting; did you mean `\(nearest)`? (All are in docs/configuration.md.)"
        case .badFile(let path, let reason):
            "The configuration file \(path) cannot be used: \(reason)."
        case .noDatabase:
            "No database is named; set DATABASE_URL or give --database-url, as in postgresql://user@host/database."
        }
    }
}
