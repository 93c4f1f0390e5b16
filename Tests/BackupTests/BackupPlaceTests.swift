import Foundation
import Testing

@testable import Backup

@Suite struct BackupPlaceTests {
    private let time = "2026-11-23T10:04:05.678Z"

    @Test func aNewNameIsTheBackup() throws {
        let folder = try Folder()
        let place = try BackupPlace(folder.path + "/monday/", database: "denwa", time: time)
        #expect(place.path == folder.path + "/monday")
        #expect(place.parent == folder.path)
    }

    @Test func inAFolderItIsNamedAfterDatabaseAndTime() throws {
        let folder = try Folder()
        let place = try BackupPlace(folder.path, database: "../デンワ db", time: time)
        #expect(place.parent == folder.path)
        #expect(place.name == "_______db-20261123T100405Z")
    }

    @Test(arguments: ["manifest.json", "database.dump"])
    func aBackupIsNotWrittenOver(_ name: String) throws {
        let folder = try Folder()
        try folder.write("x", to: name)
        #expect(throws: BackupError.isBackup(path: folder.path)) {
            try BackupPlace(folder.path, database: "denwa", time: time)
        }
    }

    @Test func nothingIsMadeInAFileOrInAFolderThatIsNotThere() throws {
        let folder = try Folder()
        try folder.write("x", to: "file")
        #expect(throws: BackupError.file(path: folder.path + "/file", reason: "it is a file")) {
            try BackupPlace(folder.path + "/file", database: "denwa", time: time)
        }
        #expect(throws: BackupError.file(path: folder.path + "/away", reason: "there is no such folder")) {
            try BackupPlace(folder.path + "/away/monday", database: "denwa", time: time)
        }
    }
}
