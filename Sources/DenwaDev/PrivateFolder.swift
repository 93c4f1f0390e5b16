import Foundation
import Glibc

/// Folders that nobody else may look into.
enum PrivateFolder {
    /// Makes the folder, and those above it, unless it is there.
    static func make(_ path: String) throws(ClusterError) {
        var isFolder: ObjCBool = true
        if FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), !isFolder.boolValue {
            throw .folder(path, reason: "it is a file")
        }
        do {
            try FileManager.default.createDirectory(
                atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch {
            throw .folder(path, reason: reason(error))
        }
        guard access(path, W_OK | X_OK) == 0 else { throw .folder(path, reason: String(cString: strerror(errno))) }
    }

    static func remove(_ path: String) throws(ClusterError) {
        guard FileStatus(path) != nil else { return }
        do {
            try FileManager.default.removeItem(atPath: path)
        } catch {
            throw .folder(path, reason: reason(error))
        }
    }

    /// A short, stable name for a path (FNV-1a, 64 bit); not a secret.
    static func shortName(of path: String) -> String {
        let hash = path.utf8.reduce(into: 0xcbf2_9ce4_8422_2325 as UInt64) { hash, byte in
            hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3
        }
        return String(hash, radix: 36)
    }

    private static func reason(_ error: any Error) -> String {
        let cocoa = error as NSError
        let underlying = cocoa.userInfo[NSUnderlyingErrorKey] as? NSError
        guard let code = underlying?.code ?? Optional(Int(errno)), code != 0 else { return cocoa.localizedDescription }
        return String(cString: strerror(Int32(truncatingIfNeeded: code)))
    }
}
