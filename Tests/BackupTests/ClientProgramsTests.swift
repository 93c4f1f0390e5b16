import Testing

@testable import Backup

@Suite struct ClientProgramsTests {
    private func programs(_ majors: Int...) -> [ClientPrograms] {
        majors.map { ClientPrograms(folder: "/\($0)", version: "\($0).3", major: $0) }
    }

    @Test(arguments: [([15, 17, 16], 16), ([17, 18], 17), ([16], 16)])
    func aDumpTakesTheOldestThatAreNewEnough(_ installed: [Int], _ chosen: Int) throws {
        let found = try ClientPrograms.forDump(from: 16, among: installed.flatMap { programs($0) })
        #expect(found.major == chosen)
    }

    @Test func programsThatAreOlderThanTheServerAreRefused() {
        #expect(throws: BackupError.noPrograms(major: 17)) {
            try ClientPrograms.forDump(from: 17, among: programs(15, 16))
        }
        #expect(throws: BackupError.noPrograms(major: 15)) { try ClientPrograms.forDump(from: 15, among: []) }
    }

    @Test(arguments: [(15, 17, 17), (15, 15, 15), (17, 15, 17), (16, 18, 16)])
    func aRestoreTakesTheServersOwnIfTheyReadTheDump(_ dump: Int, _ server: Int, _ chosen: Int) throws {
        #expect(try ClientPrograms.forRestore(of: dump, into: server, among: programs(15, 16, 17)).major == chosen)
    }

    @Test func aDumpOfNewerProgramsNeedsThem() {
        #expect(throws: BackupError.noPrograms(major: 18)) {
            try ClientPrograms.forRestore(of: 18, into: 15, among: programs(15, 16, 17))
        }
    }

    @Test func readsVersions() {
        #expect(ClientPrograms.major(of: "15.18") == 15)
        #expect(ClientPrograms.major(of: "18beta1") == 18)
        #expect(ClientPrograms.major(of: "devel") == nil)
    }

    @Test func findsThoseThatTheTestsUse() throws {
        let found = try ClientPrograms.forDump(from: 13, among: ClientPrograms.installed())
        #expect(found.version.hasPrefix("\(found.major)"))
    }
}
