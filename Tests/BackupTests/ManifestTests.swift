import Foundation
import Testing

@testable import Backup

@Suite struct ManifestTests {
    private let good = """
        {"kind": "denwa backup", "format": 1, "denwaVersion": "0.6.0", "createdAt": "2026-11-23T10:00:00.000Z",
        "database": "denwa", "epoch": "e", "schemaVersion": 15, "schema": "public", "serverVersion": "15.18",
        "pgDumpVersion": "15.18", "dump": {"bytes": 4, "sha256": "x"},
        "tables": [{"name": "public.events", "rows": 3, "hash": "h"}], "contentHash": "c"}
        """

    private func folder(_ manifest: String?) throws -> Folder {
        let folder = try Folder()
        if let manifest { try folder.write(manifest, to: "manifest.json") }
        return folder
    }

    @Test func isReadAsItWasWritten() throws {
        let first = try folder(good)
        let manifest = try Manifest(folder: first.path)
        #expect(manifest.tables == [TableContent(name: "public.events", rows: 3, hash: "h")])
        let second = try folder(String(decoding: try manifest.encoded(), as: UTF8.self))
        #expect(try Manifest(folder: second.path) == manifest)
    }

    @Test(arguments: [
        "", "{}", "[]", "{\"kind\": \"denwa backup\"}", "{\"kind\": \"other\", \"format\": 1, \"denwaVersion\": \"1\"}",
    ])
    func somethingElseIsNoBackup(_ text: String) throws {
        let folder = try folder(text)
        let error = try #require(throws: BackupError.self) { try BackupFolder(folder.path) }
        #expect(error.description.hasPrefix("\(folder.path) is not a whole backup: manifest.json is not"))
    }

    @Test(arguments: ["\"rows\": 3", "\"bytes\": 4", "\"epoch\": \"e\","])
    func aPartIsMissing(_ part: String) throws {
        let folder = try folder(good.replacing(part, with: part.hasSuffix(",") ? "" : "\"other\": 1"))
        let error = try #require(throws: BackupError.self) { try BackupFolder(folder.path) }
        #expect(error.description.contains("lacks something"))
    }

    @Test func aNewerFormatIsToldFromSomethingElse() throws {
        let folder = try folder("{\"kind\": \"denwa backup\", \"format\": 2, \"denwaVersion\": \"9.1\", \"new\": []}")
        #expect(throws: BackupError.newerFormat(path: folder.path, format: 2, version: "9.1")) {
            try BackupFolder(folder.path)
        }
    }

    @Test func withoutAManifestOrAFolder() throws {
        let folder = try folder(nil)
        #expect(throws: BackupError.noBackup(path: folder.path)) { try BackupFolder(folder.path) }
        #expect(throws: BackupError.noBackup(path: folder.path + "/away")) { try BackupFolder(folder.path + "/away") }
        try folder.write("x", to: "database.dump")
        #expect(throws: BackupError.notBackup(path: folder.path, reason: "manifest.json is missing")) {
            try BackupFolder(folder.path)
        }
        let error = try #require(throws: BackupError.self) { try BackupFolder(folder.path + "/database.dump") }
        #expect(error.description.contains("it is a file, and a backup is a folder"))
    }

    @Test func aNewerSchemaIsRefusedWithTheCure() throws {
        let folder = try folder(good)
        let product = Product(version: "0.5.0", newestSchema: 14) { _ in "" }
        let error = try #require(throws: BackupError.self) { try BackupFolder(folder.path).checkVersion(for: product) }
        #expect(error == .newerSchema(schema: 15, newest: 14, version: "0.6.0"))
        #expect(error.kind == .configuration)
        try BackupFolder(folder.path).checkVersion(for: Product(version: "0.6.0", newestSchema: 15) { _ in "" })
    }
}
