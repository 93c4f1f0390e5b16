import Foundation
import PackagePlugin

/// Compiles text files into a target, so that the one binary carries everything it needs.
///
/// The target's `embed.txt` lists one `folder-or-file` a line, relative to the package.
@main
struct EmbedFiles: BuildToolPlugin {
    func createBuildCommands(context: PluginContext, target: any Target) throws -> [Command] {
        let root = context.package.directoryURL
        let list = target.directoryURL.appending(path: "embed.txt")
        let files = try String(contentsOf: list, encoding: .utf8)
            .split(separator: "\n")
            .flatMap { try Self.files(at: root.appending(path: String($0))) }
        let output = context.pluginWorkDirectoryURL.appending(path: "EmbeddedFiles.swift")
        return [
            .buildCommand(
                displayName: "Embed \(files.count) files into \(target.name)",
                executable: try context.tool(named: "EmbedTool").url,
                arguments: [output.path] + files.map(\.path),
                inputFiles: files + [list],
                outputFiles: [output])
        ]
    }

    private static func files(at url: URL) throws -> [URL] {
        let values = try url.resourceValues(forKeys: [.isDirectoryKey])
        guard values.isDirectory == true else { return [url] }
        return try FileManager.default.contentsOfDirectory(at: url, includingPropertiesForKeys: nil)
            .filter { !$0.lastPathComponent.hasPrefix(".") }
            .sorted { $0.path < $1.path }
    }
}
