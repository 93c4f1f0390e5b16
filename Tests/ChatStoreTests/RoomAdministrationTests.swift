import ChatCore
import ChatStore
import Postgres
import Testing

/// Archived and deleted rooms, removed and banned members, and their exact place in the order.
@Suite struct RoomAdministrationTests {
    private func isRefused(
        _ code: ChatError.Code, _ body: () async throws -> Void, _ place: SourceLocation = #_sourceLocation
    ) async {
        await #expect(sourceLocation: place) { try await body() } throws: { ChatError.has(code)($0) }
    }

    private func archive(_ isArchived: Bool, _ room: RoomName, in house: House) async throws -> Bool {
        try await house.database.run {
            try RoomRecords.setArchived(isArchived, room, by: .commandLine, on: $0)
        }
    }

    @Test func anArchivedRoomTakesNoMessages() async throws {
        try await House.with { house in
            let alice = try await house.account("alice")
            let room = try await house.room("lobby", members: [alice])
            let first = try await house.send("hi", id: "k", by: alice, to: room)
            #expect(try await archive(true, room, in: house))
            #expect(try await !archive(true, room, in: house), "it is so already")
            await isRefused(.roomArchived) { _ = try await house.send("ho", id: "l", by: alice, to: room) }
            // A repeat gets its first answer, and members come and go.
            #expect(try await house.send("hi", id: "k", by: alice, to: room).seq == first.seq)
            let bob = try await house.account("bob")
            await isRefused(.notAMember) { _ = try await house.send("ho", id: "l", by: bob, to: room) }
            #expect(try await house.append(.joined, by: bob, to: room).seq == 3)
            #expect(try await house.append(.left, by: bob, to: room).seq == 4)
            #expect(try await archive(false, room, in: house))
            #expect(try await house.send("ho", id: "l", by: alice, to: room).seq == 5)
            #expect(try await house.seqs(of: room) == Array(1...5))
        }
    }

    /// Whatever is sent at the same moment is stored before the archiving, or not at all.
    @Test func archivingHasAPlaceInTheOrder() async throws {
        try await House.with { house in
            let alice = try await house.account("alice")
            let room = try await house.room("lobby", members: [alice])
            let stored = try await withThrowingTaskGroup(of: Int64?.self) { group in
                for number in 0..<300 {
                    group.addTask {
                        do {
                            return try await house.send("x", id: "n\(number)", by: alice, to: room).seq
                        } catch let error as ChatError where error.code == .roomArchived {
                            return nil
                        }
                    }
                }
                group.addTask {
                    _ = try await archive(true, room, in: house)
                    return nil
                }
                return try await group.reduce(into: []) { if let seq = $1 { $0.append(seq) } }
            }
            #expect(try await house.seqs(of: room) == Array(1...Int64(stored.count + 1)))
            #expect(try await house.head(of: room) == Int64(stored.count + 1))
        }
    }

    @Test func whoIsRemovedMayComeBack() async throws {
        try await House.with { house in
            let (alice, bob) = try await (house.account("alice"), house.account("bob"))
            let room = try await house.room("lobby", members: [alice, bob])
            let remove = {
                try await house.database.run {
                    try Memberships.remove(bob.handle, from: room, by: .commandLine, on: $0)
                }
            }
            #expect(try await remove().seq == 3)
            await isRefused(.notAMember) { _ = try await remove() }
            await isRefused(.notAMember) { _ = try await house.send("x", id: "k", by: bob, to: room) }
            let gone = try await house.database.run { try Memberships.endedRecently(on: $0) }
            #expect(gone.count == 1 && gone.first?.room == room && gone.first?.account == bob.id)
            // Of who left during an outage is heard after it, however long it was.
            try await house.database.run {
                _ = try $0.run("UPDATE memberships SET left_at = left_at - interval '1 h' WHERE left_at IS NOT NULL")
            }
            #expect(try await house.database.run { try Memberships.endedRecently(on: $0) }.isEmpty)
            let missed = try await house.database.run { try Memberships.endedRecently(after: .seconds(4000), on: $0) }
            #expect(missed.map(\.account) == [bob.id])
            #expect(try await house.append(.joined, by: bob, to: room).seq == 4)
            #expect(try await house.database.run { try Memberships.endedRecently(on: $0) }.isEmpty, "he is back")
        }
    }

    @Test func whoIsBannedMayNot() async throws {
        try await House.with { house in
            let (alice, bob) = try await (house.account("alice"), house.account("bob"))
            let room = try await house.room("lobby", members: [alice, bob])
            let ban = { (who: Account) in
                try await house.database.run { try Memberships.ban(who.handle, from: room, by: .commandLine, on: $0) }
            }
            #expect(try await ban(bob)?.seq == 3)
            #expect(try await ban(bob) == nil, "he is not there any more")
            await isRefused(.banned) { _ = try await house.append(.joined, by: bob, to: room) }
            let carol = try await house.account("carol")
            #expect(try await ban(carol) == nil, "she was never there")
            await isRefused(.banned) { _ = try await house.append(.joined, by: carol, to: room) }
            let banned = try await house.database.run { try Memberships.banned(from: room, on: $0) }
            #expect(banned.map(\.account) == [bob, carol])
            let unban = {
                try await house.database.run {
                    try Memberships.unban(bob.handle, from: room, by: .commandLine, on: $0)
                }
            }
            #expect(try await unban())
            #expect(try await !unban())
            #expect(try await house.append(.joined, by: bob, to: room).seq == 4)
            let acts = try await house.database.run { try Audit.read(about: bob.handle, limit: 9, on: $0) }
            #expect(acts.map(\.act).suffix(2) == ["member_banned", "member_unbanned"])
            #expect(acts.last?.room == room)
        }
    }

    /// A hundred times, somebody joins while they are banned: afterwards they are not there.
    @Test func nobodyJoinsBesideABan() async throws {
        try await House.with { house in
            let bob = try await house.account("bob")
            for number in 0..<100 {
                let room = try await house.room("room-\(number)")
                async let joined = try? house.append(.joined, by: bob, to: room)
                async let ban = house.database.run {
                    try Memberships.ban(bob.handle, from: room, by: .commandLine, on: $0)
                }
                let (seq, left) = try await (joined?.seq, ban?.seq)
                #expect(left == seq.map { $0 + 1 }, "room \(number)")
                #expect(try await house.database.run { try Memberships.list(of: room, on: $0) } == [])
            }
        }
    }

    @Test func aRoomHasRoles() async throws {
        try await House.with { house in
            let (alice, bob) = try await (house.account("alice"), house.account("bob"))
            let room = try RoomName("tea")
            try await house.database.run { try Rooms.create(room, title: RoomTitle(room), for: alice.id, on: $0) }
            _ = try await house.append(.joined, by: bob, to: room)
            try await house.database.run {
                try Memberships.change(bob.handle, to: .moderator, in: room, by: .commandLine, on: $0)
            }
            let members = try await house.database.run { try Memberships.list(of: room, on: $0) }
            #expect(members.map(\.role) == [.owner, .moderator] && members.map(\.joinedSeq) == [1, 2])
            _ = try await house.append(.left, by: bob, to: room)
            await isRefused(.notAMember) {
                try await house.database.run {
                    try Memberships.change(bob.handle, to: .owner, in: room, by: .commandLine, on: $0)
                }
            }
            _ = try await house.append(.joined, by: bob, to: room)
            let after = try await house.database.run { try Memberships.list(of: room, on: $0) }
            #expect(after.map(\.role) == [.owner, .member], "a role goes with the membership")
        }
    }

    @Test func ofADeletedRoomOnlyTheNameIsLeft() async throws {
        try await House.with { house in
            let (alice, bob) = try await (house.account("alice"), house.account("bob"))
            let room = try await house.room("tea", members: [alice, bob])
            for number in 0..<7 { _ = try await house.send("いろは", id: "n\(number)", by: alice, to: room) }
            _ = try await house.append(.left, by: bob, to: room)
            _ = try await house.database.run { connection in
                try Memberships.ban(bob.handle, from: room, by: .commandLine, on: connection)
                return try Invitations.create(
                    SecretToken(), uses: 1, days: 1, room: room, by: .commandLine, on: connection)
            }
            let other = try await house.room("other", members: [alice])
            let measured = try await house.database.run { try RoomDeletion.measure(room, on: $0) }
            let report = try await house.database.run { try RoomDeletion.run(room, by: .commandLine, on: $0) }
            #expect(report == measured)
            #expect(report.events == 10 && report.messages == 7 && report.bytes == 63)
            #expect(report.memberships == 2 && report.bans == 1 && report.invitations == 1)
            #expect(try await house.seqs(of: room) == [])
            await isRefused(.roomNotFound) { _ = try await house.send("x", id: "n1", by: alice, to: room) }
            await isRefused(.roomNotFound) { _ = try await house.append(.joined, by: alice, to: room) }
            await isRefused(.roomNotFound) { _ = try await house.append(.left, by: alice, to: room) }
            await isRefused(.roomNotFound) {
                _ = try await house.database.run {
                    try RoomLog.page(room, .newest, limit: 5, for: alice.id, on: $0)
                }
            }
            await isRefused(.roomExists) {
                try await house.database.run { try Rooms.create(room, title: RoomTitle(room), on: $0) }
            }
            #expect(try await house.database.run { try Rooms.all(for: alice.id, on: $0) }.map(\.name) == [other])
            #expect(try await house.database.run { try Rooms.heads(of: [room, other], on: $0) } == [other: 1])
        }
    }

    @Test func aDeletionThatWasInterruptedIsFinished() async throws {
        try await House.with { house in
            let alice = try await house.account("alice")
            let room = try await house.room("tea", members: [alice])
            _ = try await house.send("x", id: "k", by: alice, to: room)
            try await house.database.run {
                try $0.execute(script: "UPDATE rooms SET deleted_at = now(); DELETE FROM memberships")
            }
            #expect(try await house.database.run { try RoomDeletion.sweep(on: $0) } == 2)
            #expect(try await house.database.run { try RoomDeletion.sweep(on: $0) } == 0)
            #expect(try await house.seqs(of: room) == [])
        }
    }

    @Test func listsRoomsAsTheyAre() async throws {
        try await House.with { house in
            let alice = try await house.account("alice")
            let room = try await house.room("tea", members: [alice])
            _ = try await house.room("empty")
            let title = try RoomTitle("お茶")
            #expect(
                try await house.database.run { try RoomRecords.rename(room, to: title, by: .commandLine, on: $0) })
            _ = try await archive(true, room, in: house)
            let rooms = try await house.database.run { try RoomRecords.list(on: $0) }
            #expect(rooms.map(\.name.description) == ["empty", "tea"])
            #expect(rooms[0].members == 0 && rooms[0].head == 0 && rooms[0].lastEventAt == nil)
            #expect(rooms[1].members == 1 && rooms[1].head == 1 && rooms[1].title == "お茶")
            #expect(rooms[1].lastEventAt == house.announcements.last?.at && rooms[1].archivedAt != nil)
        }
    }
}
