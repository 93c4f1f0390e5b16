import Foundation
import Glibc

/// Where a new backup is to be.
struct BackupPlace: Equatable {
    /// An existing folder.
    let parent: String
    let name: String

    var path: String { parent == "/" ? "/" + name : parent + "/" + name }

    /// - Parameters:
    ///   - path: a new name, or an existing folder in which the backup gets a name of its own.
    ///   - database: the database's name.
    ///   - time: RFC 3339, for that name.
    /// - Throws: ``BackupError`` if there is a backup, or no folder to make one in.
    init(_ path: String, database: String, time: String) throws(BackupError) {
        let path = URL(filePath: path).standardizedFileURL.path
        let whole = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
        switch Self.kind(of: whole) {
        case .folder:
            for name in [Manifest.fileName, Manifest.dumpName] where access("\(whole)/\(name)", F_OK) == 0 {
                throw .isBackup(path: whole)
            }
            parent = whole
            name = Self.name(of: database, time)
        case .other: throw .file(path: whole, reason: "it is a file")
        case .nothing:
            let url = URL(filePath: whole)
            parent = url.deletingLastPathComponent().standardizedFileURL.path
            name = url.lastPathComponent
            guard Self.kind(of: parent) == .folder else {
                throw .file(path: parent, reason: "there is no such folder")
            }
        }
    }

    private enum Kind { case folder, other, nothing }

    private static func kind(of path: String) -> Kind {
        var status = stat()
        guard stat(path, &status) == 0 else { return .nothing }
        return status.st_mode & S_IFMT == S_IFDIR ? .folder : .other
    }

    /// `denwa-20261123T100000Z`, so that names sort by time.
    static func name(of database: String, _ time: String) -> String {
        let isPlain = { (character: Character) in
            character.isASCII && (character.isLetter || character.isNumber || character == "_" || character == "-")
        }
        let seconds = time.prefix { $0 != "." }.filter { $0.isNumber || $0 == "T" }
        return String(database.map { isPlain($0) ? $0 : "_" }) + "-" + seconds + "Z"
    }
}
