import Foundation

/// `EmbedTool OUTPUT FILE…` writes a Swift file that holds the name and the text of each FILE.
@main
struct EmbedTool {
    static func main() throws {
        let arguments = CommandLine.arguments
        let entries = try arguments.dropFirst(2).map { path in
            let text = try String(contentsOfFile: path, encoding: .utf8)
            return "        (\"\(URL(filePath: path).lastPathComponent)\", \(literal(text))),\n"
        }
        let source = """
            enum EmbeddedFiles {
                static let all: [(name: String, text: String)] = [
            \(entries.joined())    ]
            }

            """
        try source.write(toFile: arguments[1], atomically: true, encoding: .utf8)
    }

    /// A raw string literal with as many `#` as the text needs, so that nothing in it is an escape or an end.
    static func literal(_ text: String) -> String {
        var hashes = "#"
        while text.contains("\"\"\"" + hashes) || text.contains("\\" + hashes) { hashes += "#" }
        return "\(hashes)\"\"\"\n\(text)\n\"\"\"\(hashes)"
    }
}
