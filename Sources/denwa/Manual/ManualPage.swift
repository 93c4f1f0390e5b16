/// A page for `man`, section 1 (man(7)). A value, no I/O.
struct ManualPage {
    /// `denwa-migrate.1`
    let file: String
    let text: String

    /// The page of a program and one for each of its commands.
    static func all(of program: CommandDescription, version: String) -> [ManualPage] {
        [ManualPage(program, within: [], version: version)]
            + program.shown.map { ManualPage($0, within: [program.commandName], version: version) }
    }

    private init(_ command: CommandDescription, within parents: [String], version: String) {
        let words = parents + [command.commandName]
        let title = words.joined(separator: "-")
        file = "\(title).1"
        var lines = [#".TH "\#(title.uppercased())" "1" "" "denwa \#(version)" "Denwa""#, ".SH NAME"]
        lines.append(Self.escaped("\(title) - \(command.abstract ?? "")"))
        lines += Self.synopsis(command, words) + Self.description(command) + Self.options(command)
        if parents.isEmpty {
            lines += Self.list("COMMANDS", command.shown.map { ("denwa-\($0.commandName)(1)", $0.abstract ?? "") })
        } else {
            for subcommand in command.shown { lines += Self.section(subcommand, words) }
        }
        text = lines.joined(separator: "\n") + "\n"
    }

    private static func section(_ command: CommandDescription, _ parents: [String]) -> [String] {
        let words = parents + [command.commandName]
        return [".SH \(escaped(words.joined(separator: " ").uppercased()))", escaped(command.abstract ?? "")]
            + usage(command, words) + description(command, heading: nil) + options(command, heading: nil)
    }

    private static func synopsis(_ command: CommandDescription, _ words: [String]) -> [String] {
        [".SH SYNOPSIS"] + usage(command, words)
    }

    private static func usage(_ command: CommandDescription, _ words: [String]) -> [String] {
        let arguments = (command.arguments ?? []).filter(\.shouldDisplay).map(\.usage)
        let rest = command.shown.isEmpty ? arguments : ["<command>"] + arguments
        return [".PP", ".B \(escaped(words.joined(separator: " ")))", escaped(rest.joined(separator: " "))]
    }

    private static func description(_ command: CommandDescription, heading: String? = ".SH DESCRIPTION") -> [String] {
        guard let discussion = command.discussion, !discussion.isEmpty else { return [] }
        let lines = discussion.split(separator: "\n", omittingEmptySubsequences: false).map { escaped(String($0)) }
        return [heading ?? ".PP", ".nf"] + lines + [".fi"]
    }

    private static func options(_ command: CommandDescription, heading: String? = "OPTIONS") -> [String] {
        let rows = (command.arguments ?? []).filter(\.shouldDisplay).map { ($0.spelling, $0.abstract ?? "") }
        return list(heading, rows)
    }

    private static func list(_ heading: String?, _ rows: [(String, String)]) -> [String] {
        guard !rows.isEmpty else { return [] }
        return (heading.map { [".SH \($0)"] } ?? [])
            + rows.flatMap { [".TP", ".B \(escaped($0.0))", escaped($0.1)] }
    }

    /// Nothing that roff would take for a request or an escape.
    private static func escaped(_ text: String) -> String {
        let plain = text.replacing("\\", with: "\\e").replacing("-", with: "\\-")
        return plain.hasPrefix(".") || plain.hasPrefix("'") ? "\\&" + plain : plain
    }
}
