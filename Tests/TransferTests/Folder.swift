import Foundation

/// A folder that goes with the test.
final class Folder {
    let path = FileManager.default.temporaryDirectory.appending(path: "denwa-transfer-\(UUID().uuidString)").path

    init() throws { try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true) }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func file(_ name: String) -> String { "\(path)/\(name)" }

    /// The contents of all files below, by their paths.
    func contents(of name: String) throws -> [String: Data] {
        let folder = file(name)
        var contents: [String: Data] = [:]
        for path in try FileManager.default.subpathsOfDirectory(atPath: folder) where path.contains(".") {
            contents[path] = try Data(contentsOf: URL(filePath: "\(folder)/\(path)"))
        }
        return contents
    }
}
