import Foundation
import Glibc
import Schema

/// Why files could not be read or written: the cause and the cure.
enum FolderError: Error, Equatable, CustomStringConvertible {
    case unreadable(String, reason: String)
    case unwritable(String, reason: String)
    case empty(String)
    case notText(String)
    case badName(String)

    var description: String {
        switch self {
        case .unreadable(let path, let reason): "\(path) cannot be read: \(reason). Name another folder with --dir."
        case .unwritable(let path, let reason): "\(path) cannot be written: \(reason). Name another folder with --dir."
        case .empty(let path): "\(path) has no file that ends in .sql; name the folder of the migrations with --dir."
        case .notText(let path): "\(path) is not UTF-8; save it as UTF-8."
        case .badName(let name):
            "A migration cannot be called \(name); take letters, digits and _, as in add_reactions."
        }
    }
}

/// Migrations as files, for people who write them.
struct MigrationFolder {
    let path: String

    init(_ path: String) { self.path = path }

    /// All that end in `.sql`, in no particular order.
    /// - Throws: ``FolderError``.
    func files() throws(FolderError) -> [Schema.File] {
        let names = try names().filter { $0.hasSuffix(".sql") && !$0.hasPrefix(".") }
        guard !names.isEmpty else { throw .empty(path) }
        var files: [Schema.File] = []
        for name in names { files.append((name: name, text: try text(of: name))) }
        return files
    }

    /// Makes a new file with the next number.
    /// - Parameters:
    ///   - name: what stands behind the number.
    ///   - isAlone: whether its statement runs in no transaction.
    /// - Returns: its path and its number.
    /// - Throws: ``FolderError``.
    func add(_ name: String, isAlone: Bool) throws(FolderError) -> (path: String, version: Int) {
        let name = name.lowercased().replacing("-", with: "_").replacing(" ", with: "_")
        let letters = Set("abcdefghijklmnopqrstuvwxyz0123456789_")
        guard !name.isEmpty, name.count <= 100, name.allSatisfy({ letters.contains($0) }) else { throw .badName(name) }
        let newest = try names().filter { $0.hasSuffix(".sql") }.compactMap { Int($0.prefix(4)) }.max() ?? 0
        let version = newest + 1
        let number = String(repeating: "0", count: max(0, 4 - "\(version)".count)) + "\(version)"
        let file = "\(path)/\(number)_\(name).sql"
        // Never over a file that has come meanwhile.
        let descriptor = open(file, O_WRONLY | O_CREAT | O_EXCL, 0o644)
        guard descriptor >= 0 else { throw .unwritable(file, reason: String(cString: strerror(errno))) }
        defer { close(descriptor) }
        Terminal.write(Self.template(isAlone: isAlone), to: descriptor)
        return (file, version)
    }

    private static func template(isAlone: Bool) -> String {
        """
        -- What this is for, and what whoever applies it has to know.
        \(isAlone ? "-- migrate:none\n" : "")-- migrate:up


        -- migrate:down


        """
    }

    private func names() throws(FolderError) -> [String] {
        do {
            return try FileManager.default.contentsOfDirectory(atPath: path)
        } catch {
            throw .unreadable(path, reason: Self.reason(error))
        }
    }

    private func text(of name: String) throws(FolderError) -> String {
        let file = "\(path)/\(name)"
        let data: Data
        do {
            data = try Data(contentsOf: URL(filePath: file))
        } catch {
            throw .unreadable(file, reason: Self.reason(error))
        }
        guard let text = String(validating: data, as: UTF8.self) else { throw .notText(file) }
        return text
    }

    private static func reason(_ error: any Error) -> String {
        let posix = (error as? CocoaError)?.underlying as? POSIXError
        return posix.map { String(cString: strerror($0.code.rawValue)) } ?? "the system refuses it"
    }
}
