import ChatCore
import Crypto

/// What goes through an export line by line.
protocol ExportVisitor {
    mutating func visit(_ record: ExportRecord, at place: Place) throws
    /// Something is wrong there, so the export is not whole.
    mutating func reject(_ text: String, at place: Place) throws
}

/// Where an export is.
package enum ExportSource {
    case folder(String)
    /// One that was written as a stream.
    case stream(InputFile)
}

/// Reads an export from the beginning to the end, as often as it is asked to.
struct ExportReader {
    let source: ExportSource

    /// - Throws: ``TransferError`` if something cannot be read at all; what the visitor throws.
    func read(_ visitor: inout some ExportVisitor) throws {
        switch source {
        case .folder(let path): try readFolder(path, &visitor)
        case .stream(let file): try readStream(file, &visitor)
        }
    }

    // MARK: - A folder

    private func readFolder(_ path: String, _ visitor: inout some ExportVisitor) throws {
        guard let manifest = try manifest(of: path, &visitor) else { return }
        for file in manifest.files { try read(file, in: path, &visitor) }
        let named = Set(manifest.files.map(\.part.path))
        for name in try FolderListing.names(in: "\(path)/rooms")?.sorted() ?? [] where !named.contains("rooms/\(name)")
        {
            try visitor.reject("The manifest does not name this file.", at: Place(file: "rooms/\(name)", line: nil))
        }
    }

    private func manifest(of path: String, _ visitor: inout some ExportVisitor) throws -> ExportManifest? {
        guard let names = try FolderListing.names(in: path) else { throw TransferError("There is no folder \(path).") }
        guard names.contains(ExportManifest.path) else {
            throw TransferError(
                "\(path) has no \(ExportManifest.path), so it is no export, or one that was cut off. Export again.")
        }
        let file = try InputFile("\(path)/\(ExportManifest.path)", name: ExportManifest.path, followLinks: false)
        let place = Place(file: ExportManifest.path, line: nil)
        guard file.size <= ExportManifest.limit, let bytes = try file.bytes(at: 0, count: file.size) else {
            try visitor.reject("The manifest is larger than \(ExportManifest.limit >> 20) MiB.", at: place)
            return nil
        }
        do throws(ChatError) {
            return try parsed(bytes)
        } catch {
            try visitor.reject(error.detail, at: place)
            return nil
        }
    }

    private func parsed(_ bytes: [UInt8]) throws(ChatError) -> ExportManifest {
        try bytes.withUnsafeBytes { bytes in Result { () throws(ChatError) in try ExportManifest(bytes) } }.get()
    }

    private func read(_ part: ExportManifest.File, in folder: String, _ visitor: inout some ExportVisitor) throws {
        let whole = Place(file: part.part.path, line: nil)
        let file: InputFile
        do throws(TransferError) {
            file = try InputFile("\(folder)/\(part.part.path)", name: part.part.path, followLinks: false)
        } catch {
            return try visitor.reject(error.description, at: whole)
        }
        var grammar = PartGrammar(of: part.part)
        var hash = SHA256()
        var lines: Int64 = 0
        try LineReader(file: file).forEachLine { number, line, isWhole in
            lines += 1
            hash.update(bufferPointer: line)
            if isWhole { hash.update(data: [UInt8(ascii: "\n")]) }
            try Self.pass(line, isWhole, at: Place(file: file.name, line: number), &grammar, &visitor)
        }
        if let fault = grammar.faultAtEnd { try visitor.reject(fault, at: whole) }
        guard lines == part.lines, file.size == part.byteCount, HexText.of(hash.finalize()) == part.sha256 else {
            return try visitor.reject("The file is not the one that the manifest describes.", at: whole)
        }
    }

    // MARK: - A stream

    private func readStream(_ file: InputFile, _ visitor: inout some ExportVisitor) throws {
        var grammar = PartGrammar()
        var hash = SHA256()
        try LineReader(file: file).forEachLine { number, line, isWhole in
            let place = Place(file: file.name, line: number)
            let record = try Self.pass(line, isWhole, at: place, &grammar, &visitor)
            if case .end(let end) = record, end.sha256 != HexText.of(hash.finalize()) {
                try visitor.reject("The lines before are not those that were exported.", at: place)
            }
            hash.update(bufferPointer: line)
            hash.update(data: [UInt8(ascii: "\n")])
        }
        if let fault = grammar.faultAtEnd { try visitor.reject(fault, at: Place(file: file.name, line: nil)) }
    }

    /// - Returns: the record, if it is one and may stand there.
    @discardableResult
    private static func pass(
        _ line: UnsafeRawBufferPointer, _ isWhole: Bool, at place: Place, _ grammar: inout PartGrammar,
        _ visitor: inout some ExportVisitor
    ) throws -> ExportRecord? {
        guard isWhole else {
            try visitor.reject("The file ends within this line: it was cut off.", at: place)
            return nil
        }
        let record: ExportRecord
        do throws(ChatError) {
            record = try ExportRecord(line)
        } catch {
            grammar.skip()
            try visitor.reject(error.detail, at: place)
            return nil
        }
        if let fault = grammar.fault(of: record) {
            try visitor.reject(fault, at: place)
            return nil
        }
        try visitor.visit(record, at: place)
        return record
    }
}
