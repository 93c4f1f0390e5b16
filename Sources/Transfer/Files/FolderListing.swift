import Glibc

/// What is in a folder.
enum FolderListing {
    /// The names, in no particular order; `nil` if there is no such folder.
    static func names(in path: String) throws(TransferError) -> [String]? {
        guard let folder = opendir(path) else {
            if errno == ENOENT { return nil }
            throw .system(path, "cannot be read")
        }
        defer { closedir(folder) }
        var names: [String] = []
        while let entry = readdir(folder) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: Int(NAME_MAX) + 1) { String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names
    }

    /// Makes a folder that only its owner may enter.
    /// - Throws: ``TransferError`` if there is something in it already.
    static func makeEmpty(_ path: String) throws(TransferError) {
        if let names = try names(in: path) {
            guard names.isEmpty else {
                throw TransferError("\(path) is not empty, and nothing is overwritten. Choose another folder.")
            }
            return
        }
        guard mkdir(path, 0o700) == 0 else { throw .system(path, "cannot be made") }
    }
}
