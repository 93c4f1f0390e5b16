import Foundation
import Testing

@testable import Backup

@Suite struct UnfinishedFolderTests {
    @Test func getsItsNameWhenItIsFinished() throws {
        let folder = try Folder()
        let unfinished = try UnfinishedFolder(in: folder.path)
        let file = try unfinished.makeFile("database.dump")
        try Data("x".utf8).withUnsafeBytes { bytes in try file.write(bytes) }
        #expect(folder.names.count == 1 && folder.names != ["monday"])
        try unfinished.finish(as: folder.path + "/monday")
        #expect(folder.names == ["monday"])
        let attributes = try FileManager.default.attributesOfItem(atPath: folder.path + "/monday/database.dump")
        #expect(attributes[.posixPermissions] as? Int == 0o600)
        let outer = try FileManager.default.attributesOfItem(atPath: folder.path + "/monday")
        #expect(outer[.posixPermissions] as? Int == 0o700)
    }

    @Test func goesAwayUnfinished() throws {
        let folder = try Folder()
        do { _ = try UnfinishedFolder(in: folder.path).makeFile("database.dump") }
        #expect(folder.names == [])
    }

    @Test func takesNobodysPlace() throws {
        let folder = try Folder()
        try FileManager.default.createDirectory(atPath: folder.path + "/monday", withIntermediateDirectories: false)
        do {
            let unfinished = try UnfinishedFolder(in: folder.path)
            #expect(throws: BackupError.isBackup(path: folder.path + "/monday")) {
                try unfinished.finish(as: folder.path + "/monday")
            }
        }
        #expect(folder.names == ["monday"])
    }

    @Test func removesWhatADeadProcessLeftAndNothingElse() throws {
        let folder = try Folder()
        for name in [".denwa-backup-dead00", "monday", ".denwa"] {
            try FileManager.default.createDirectory(
                atPath: folder.path + "/" + name, withIntermediateDirectories: false)
        }
        let working = try UnfinishedFolder(in: folder.path)
        let other = try UnfinishedFolder(in: folder.path)
        let names = [working, other].map { URL(filePath: $0.path).lastPathComponent }
        #expect(Set(folder.names) == Set(names + ["monday", ".denwa"]))
    }
}
