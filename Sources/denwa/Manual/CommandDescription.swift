import Foundation

/// What the argument parser says of a command, as it dumps it.
struct CommandDescription: Decodable {
    struct Argument: Decodable {
        struct Name: Decodable {
            let kind: String
            let name: String
        }

        let kind: String
        let abstract: String?
        let names: [Name]?
        let valueName: String?
        let isOptional: Bool
        let isRepeating: Bool
        let shouldDisplay: Bool
    }

    let commandName: String
    let abstract: String?
    let discussion: String?
    let shouldDisplay: Bool
    let arguments: [Argument]?
    let subcommands: [CommandDescription]?

    private struct Dump: Decodable {
        let command: CommandDescription
    }

    /// - Parameter dump: what `--experimental-dump-help` prints.
    init(dump: String) throws {
        self = try JSONDecoder().decode(Dump.self, from: Data(dump.utf8)).command
    }

    /// Those that people see; `help` explains itself.
    var shown: [CommandDescription] { (subcommands ?? []).filter { $0.shouldDisplay && $0.commandName != "help" } }
}

extension CommandDescription.Argument {
    /// `-h, --help`, `--port <port>`, `<room>`.
    var spelling: String {
        let value = "<\(valueName ?? "value")>"
        guard kind != "positional" else { return value }
        let names = (names ?? []).map { $0.kind == "long" ? "--\($0.name)" : "-\($0.name)" }.joined(separator: ", ")
        return kind == "flag" ? names : "\(names) \(value)"
    }

    /// The same with brackets around what may be missing.
    var usage: String {
        let text = spelling + (isRepeating ? " …" : "")
        return isOptional ? "[\(text)]" : text
    }
}
