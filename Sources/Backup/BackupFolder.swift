import Crypto
import Foundation
import Glibc

/// A backup that is there.
package struct BackupFolder {
    /// Absolute.
    package let path: String
    package let manifest: Manifest

    /// Reads the manifest; the dump is not looked at.
    /// - Throws: ``BackupError`` if it is not a backup, or of a newer format.
    package init(_ path: String) throws(BackupError) {
        let path = URL(filePath: path).standardizedFileURL.path
        self.path = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
        var status = stat()
        guard stat(self.path, &status) == 0 else { throw .noBackup(path: self.path) }
        guard status.st_mode & S_IFMT == S_IFDIR else {
            throw .notBackup(path: self.path, reason: "it is a file, and a backup is a folder")
        }
        manifest = try Manifest(folder: self.path)
    }

    var dumpPath: String { path + "/" + Manifest.dumpName }

    /// Whether no table, count or hash was changed in the manifest by somebody who does not know how it is checked.
    package var hasSoundManifest: Bool { manifest.content.hash == manifest.contentHash }

    /// - Throws: ``BackupError/manifestDiffers(path:)`` unless it is sound.
    package func checkManifest() throws(BackupError) {
        guard hasSoundManifest else { throw .manifestDiffers(path: path + "/" + Manifest.fileName) }
    }

    /// - Parameter product: the program that is to use it.
    /// - Throws: ``BackupError/newerSchema(schema:newest:version:)``.
    package func checkVersion(for product: Product) throws(BackupError) {
        guard manifest.schemaVersion <= product.newestSchema else {
            throw .newerSchema(
                schema: manifest.schemaVersion, newest: product.newestSchema, version: manifest.denwaVersion)
        }
    }

    /// Reads all of the dump.
    /// - Returns: the dump, from its beginning.
    /// - Throws: ``BackupError`` if it is not the one that the manifest tells of.
    func openDump(observer: Observer) throws(BackupError) -> OpenFile {
        let file: OpenFile
        do {
            file = try OpenFile(dumpPath, O_RDONLY | O_NOFOLLOW)
        } catch BackupError.file where access(dumpPath, F_OK) != 0 {
            throw .dumpMissing(path: dumpPath)
        }
        let size = try file.size()
        guard size == manifest.dump.bytes else {
            throw .dumpSize(path: dumpPath, bytes: size, expected: manifest.dump.bytes)
        }
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 16)
        defer { buffer.deallocate() }
        var hasher = SHA256()
        var done: Int64 = 0
        while true {
            try observer.check()
            let count = try file.read(into: buffer)
            guard count > 0 else { break }
            hasher.update(bufferPointer: UnsafeRawBufferPointer(rebasing: buffer[..<count]))
            done += Int64(count)
            observer.progress(.reading, done, size)
        }
        guard hasher.finalize().hex == manifest.dump.sha256 else { throw .dumpDiffers(path: dumpPath) }
        file.rewind()
        return file
    }
}
