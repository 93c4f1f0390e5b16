import ChatCore

/// Where an export goes.
protocol ExportTarget: AnyObject {
    /// What follows belongs to this part.
    func begin(_ part: ExportManifest.Part) throws
    /// One line, without its line break.
    func write(_ line: [UInt8]) throws
    /// All was written.
    func finish(_ counts: TransferCounts) throws
}

/// A folder with a file for each part, and a manifest. Only its owner may read it.
package final class ExportFolder: ExportTarget {
    private let path: String
    private var part: ExportManifest.Part?
    private var file: OutputFile?
    private var files: [ExportManifest.File] = []

    /// Makes the folder.
    /// - Throws: ``TransferError``, also if there is something in it already: nothing is overwritten.
    package init(_ path: String) throws(TransferError) {
        self.path = path
        try FolderListing.makeEmpty(path)
        try FolderListing.makeEmpty("\(path)/rooms")
    }

    func begin(_ part: ExportManifest.Part) throws {
        try close()
        self.part = part
        file = try OutputFile("\(path)/\(part.path)")
    }

    func write(_ line: [UInt8]) throws { try file?.write(line: line) }

    func finish(_ counts: TransferCounts) throws {
        try close()
        var json = JSONWriter()
        ExportManifest(counts: counts, files: files).write(to: &json)
        let manifest = try OutputFile("\(path)/\(ExportManifest.path)")
        try manifest.write(line: json.bytes)
        try manifest.flush()
    }

    private func close() throws {
        guard let part, let file else { return }
        let digest = try file.digest()
        files.append(
            .init(part: part, lines: Int64(file.lines), byteCount: Int64(file.byteCount), sha256: digest))
        self.file = nil
    }
}

/// All parts one after the other in one stream.
package final class ExportStream: ExportTarget {
    private let file: OutputFile

    /// Begins with the header. The descriptor stays open.
    package init(_ descriptor: Int32) throws(TransferError) {
        file = OutputFile(stream: descriptor, name: "The standard output")
        var json = JSONWriter()
        ExportFormat.writeHeader(to: &json)
        try file.write(line: json.bytes)
    }

    func begin(_ part: ExportManifest.Part) {}

    func write(_ line: [UInt8]) throws { try file.write(line: line) }

    func finish(_ counts: TransferCounts) throws {
        var json = JSONWriter()
        StreamEnd(
            accounts: Int64(counts.accounts), rooms: Int64(counts.rooms), events: Int64(counts.events),
            sha256: try file.digest()
        ).write(to: &json)
        try file.write(line: json.bytes)
        try file.flush()
    }
}
