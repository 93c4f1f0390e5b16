import ChatCore
import Foundation
import Glibc
import Postgres
import Testing

@testable import Transfer

/// Export, import into an empty database, export: the same bytes, and the same rows.
@Suite struct RoundTripTests {
    private let folder: Folder
    private let town: Town

    init() throws {
        folder = try Folder()
        town = try Town.full()
    }

    @Test func throughAFolder() throws {
        let exported = try town.exports(to: folder.file("one"))
        #expect((exported.counts.accounts, exported.counts.rooms, exported.counts.events) == (5, 3, 15))
        #expect(exported.gaps.isEmpty)
        let other = try Town()
        let added = try other.imports(folder.file("one"))
        #expect((added.accounts, added.rooms, added.events, added.readMarkers) == (5, 3, 15, 2))
        _ = try other.exports(to: folder.file("two"))
        #expect(try folder.contents(of: "one") == folder.contents(of: "two"))
        #expect(
            try folder.contents(of: "one").keys.sorted() == [
                "accounts.jsonl", "manifest.json", "rooms/a-room.jsonl", "rooms/empty.jsonl", "rooms/lobby.jsonl",
            ])
        #expect(try other.dump() == town.dump())
        #expect(try other.count("FROM audit WHERE act = 'account_created'") == 5)
    }

    @Test func throughAStream() throws {
        let one = try stream(of: town, "one")
        let other = try Town()
        _ = try other.imports(.stream(InputFile(one)))
        #expect(try Data(contentsOf: URL(filePath: stream(of: other, "two"))) == Data(contentsOf: URL(filePath: one)))
        #expect(try other.dump() == town.dump())
    }

    @Test func againChangesNothing() throws {
        _ = try town.exports(to: folder.file("one"))
        let other = try Town()
        for source in [town, other, other] {
            let before = try source.dump()
            let added = try source.imports(folder.file("one"))
            #expect(added.isEmpty == !before.isEmpty)
        }
        #expect(try other.dump() == town.dump())
    }

    @Test func aNewerExportAddsWhatIsNew() throws {
        _ = try town.exports(to: folder.file("old"))
        let other = try Town()
        _ = try other.imports(folder.file("old"))
        try says("later", in: town)
        try town.connection.execute(script: "UPDATE memberships SET read_seq = 12 WHERE read_seq = 11")
        _ = try town.exports(to: folder.file("new"))
        let added = try other.imports(folder.file("new"))
        #expect((added.accounts, added.rooms, added.events, added.readMarkers) == (0, 0, 1, 1))
        #expect(try other.dump() == town.dump())
        // And the older one has nothing to say any more.
        #expect(try other.imports(folder.file("old")).isEmpty)
        #expect(try other.dump() == town.dump())
    }

    @Test func otherContentIsRefusedBeforeAnythingIsChanged() throws {
        _ = try town.exports(to: folder.file("old"))
        let other = try Town()
        _ = try other.imports(folder.file("old"))
        try says("there", in: town)
        try says("here", in: other)
        try town.connection.execute(script: "INSERT INTO rooms (name, title) VALUES ('aaa', 'New')")
        _ = try town.exports(to: folder.file("new"))
        let before = try other.dump()
        let error = try #require(throws: TransferError.self) { try other.imports(folder.file("new")) }
        #expect(error.description.contains("rooms/lobby.jsonl:13: The room lobby has another event with the number 12"))
        #expect(try other.dump() == before)
    }

    @Test func whatWasRemovedHereStaysRemoved() throws {
        _ = try town.exports(to: folder.file("one"))
        try town.connection.execute(
            script:
                "UPDATE events SET body = NULL, digest = NULL, data = NULL, removed = 'expired' WHERE client_id = 'b'")
        let before = try town.dump()
        #expect(try town.imports(folder.file("one")).isEmpty)
        #expect(try town.dump() == before)
    }

    @Test func aDeletedRoomDoesNotComeBack() throws {
        _ = try town.exports(to: folder.file("one"))
        let other = try Town()
        try other.connection.execute(
            script: "INSERT INTO rooms (name, title, head, deleted_at) VALUES ('lobby', 'x', 3, now())")
        let error = try #require(throws: TransferError.self) { try other.imports(folder.file("one")) }
        #expect(error.description.contains("A room lobby was deleted here"))
        #expect(try other.count("FROM accounts") == 0)
    }

    @Test func theLobbyThatAServerHasMadeIsFilled() throws {
        _ = try town.exports(to: folder.file("one"))
        let other = try Town()
        try other.connection.execute(script: "INSERT INTO rooms (name, title) VALUES ('lobby', 'lobby')")
        _ = try other.imports(folder.file("one"))
        #expect(try other.dump() == town.dump())
    }

    @Test func someRoomsAlone() throws {
        let exported = try town.exports(to: folder.file("one"), rooms: ["a-room"])
        #expect((exported.counts.accounts, exported.counts.rooms, exported.counts.events) == (2, 1, 4))
        let accounts = try String(contentsOfFile: folder.file("one/accounts.jsonl"), encoding: .utf8)
        #expect(!accounts.contains("hana"))
        _ = try Town().imports(folder.file("one"))
        #expect(throws: TransferError.self) { try town.exports(to: folder.file("two"), rooms: ["a-room", "gone"]) }
    }

    @Test func noSecretIsInIt() throws {
        _ = try town.exports(to: folder.file("one"))
        let all = try folder.contents(of: "one").values.reduce(into: "") { $0 += String(decoding: $1, as: UTF8.self) }
        #expect(all.contains("hana"))
        for canary in Town.canaries {
            #expect(!all.contains(canary))
            #expect(!all.contains(Data(canary.utf8).base64EncodedString()))
            #expect(!all.contains(HexText.of(canary.utf8)))
        }
    }

    @Test func aBrokenLogIsExportedAndNamed() throws {
        try town.connection.execute(script: "DELETE FROM events WHERE seq = 4")
        let exported = try town.exports(to: folder.file("one"))
        #expect(exported.gaps.map(\.description) == ["a-room", "lobby"])
        #expect(throws: TransferError.self) { try Town().imports(folder.file("one")) }
    }

    @Test func nothingIsOverwritten() throws {
        _ = try town.exports(to: folder.file("one"))
        let before = try folder.contents(of: "one")
        #expect(throws: TransferError.self) { try town.exports(to: folder.file("one")) }
        #expect(try folder.contents(of: "one") == before)
        let attributes = try FileManager.default.attributesOfItem(atPath: folder.file("one"))
        #expect(attributes[.posixPermissions] as? Int == 0o700)
    }

    /// Somebody writes between the check and the import.
    @Test func whoeverIsFasterWins() throws {
        _ = try town.exports(to: folder.file("old"))
        let other = try Town()
        _ = try other.imports(folder.file("old"))
        try says("there", in: town)
        _ = try town.exports(to: folder.file("new"))
        let importer = Importer(.folder(folder.file("new")), on: other.connection)
        let checked = try importer.check()
        #expect(checked.problems.isEmpty)
        try says("here", in: other)
        let before = try other.dump()
        #expect(throws: TransferError.conflict(RoomName(stored: "lobby"), 12)) { try importer.run(checked) }
        #expect(try other.dump() == before)
    }

    private func stream(of town: Town, _ name: String) throws -> String {
        let path = folder.file(name)
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL, 0o600)
        defer { close(descriptor) }
        _ = try Exporter(on: town.connection).run(to: ExportStream(descriptor))
        return path
    }

    private func says(_ text: String, in town: Town) throws {
        let event = EventLine(
            seq: 12, author: Handle(stored: "hana"), at: Timestamp(microseconds: 1_800_000_000_000_000),
            content: .message(ClientID(stored: "later"), MessageBody(stored: text)))
        try town.connection.transaction {
            let room = try LogImport.lock(RoomName(stored: "lobby"), on: town.connection)
            try LogImport.append([event], to: room, on: town.connection)
        }
    }
}
