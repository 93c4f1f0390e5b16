import ChatCore
import ChatStore
import Postgres
import Testing

@Suite struct RoomWriterTests {
    @Test func numbersWithoutGapsWhateverArrivesTogether() async throws {
        try await House.with { house in
            let people = try await [house.account("alice"), house.account("bob-"), house.account("carol")]
            let rooms = try await [house.room("one", members: people), house.room("two", members: people)]
            try await withThrowingTaskGroup { group in
                for (index, person) in people.enumerated() {
                    for room in rooms {
                        for number in 0..<100 {
                            group.addTask {
                                _ = try await house.send("\(number)", id: "\(index)-\(number)", by: person, to: room)
                            }
                        }
                    }
                }
                try await group.waitForAll()
            }
            for room in rooms {
                #expect(try await house.seqs(of: room) == Array(1...303))
                #expect(try await house.head(of: room) == 303)
                #expect(house.announcements.filter { $0.room == room }.map(\.seq) == Array(1...303))
            }
        }
    }

    @Test func keepsTheOrderOfOneSender() async throws {
        try await House.with { house in
            let alice = try await house.account("alice")
            let room = try await house.room("lobby", members: [alice])
            // Handed over without waiting for any answer, so that they meet in batches.
            for number in 0..<500 { try house.submit("\(number)", id: "n\(number)", by: alice, to: room) }
            let last = try await house.send("last", id: "last", by: alice, to: room)
            #expect(last.seq == 502)
            let bodies = house.announcements.compactMap { event in
                if case .message(_, let body) = event.content { body.description } else { nil }
            }
            #expect(bodies == (0..<500).map { "\($0)" } + ["last"])
        }
    }

    /// A batch is published in one piece, so that a socket's budget is passed by no more than one.
    @Test func aBatchHasABoundInBytes() async throws {
        try await House.with { house in
            let alice = try await house.account("alice")
            let room = try await house.room("lobby", members: [alice])
            let text = String(repeating: "語", count: 5_000)
            try await house.database.run { connection in
                // While somebody else has the room, they pile up.
                try connection.run("BEGIN")
                try connection.run("SELECT FROM rooms WHERE name = \(room) FOR UPDATE")
                for number in 0..<100 { try house.submit(text, id: "n\(number)", by: alice, to: room) }
                try connection.run("COMMIT")
            }
            _ = try await house.send("last", id: "last", by: alice, to: room)
            let sizes = house.batches.map(\.count)
            #expect(sizes.max() == 18, "18 × 15,000 bytes is the first that is more than 256 KiB: \(sizes)")
        }
    }

    @Test func storesARepeatOnceForEver() async throws {
        try await House.with { house in
            let alice = try await house.account("alice")
            let bob = try await house.account("bob-")
            let room = try await house.room("lobby", members: [alice, bob])
            let first = try await house.send("hi", id: "k", by: alice, to: room)
            #expect(!first.duplicate)
            let second = try await house.send("hi", id: "k", by: alice, to: room)
            #expect(second == Receipt(seq: first.seq, at: first.at, duplicate: true))
            // The key is the author's own, and the room's.
            #expect(try await !house.send("hi", id: "k", by: bob, to: room).duplicate)
            await #expect(throws: ChatError.self) { try await house.send("other", id: "k", by: alice, to: room) }
            try await house.neighbour { node in
                let third = try await node.send("hi", id: "k", by: alice, to: room)
                #expect(third.seq == first.seq)
            }
            #expect(try await house.seqs(of: room) == [1, 2, 3, 4])
        }
    }

    @Test func storesARepeatInTheSameBatchOnce() async throws {
        try await House.with { house in
            let alice = try await house.account("alice")
            let room = try await house.room("lobby", members: [alice])
            let receipts = try await withThrowingTaskGroup(of: Receipt.self) { group in
                for _ in 0..<40 { group.addTask { try await house.send("hi", id: "k", by: alice, to: room) } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(Set(receipts.map(\.seq)) == [2])
            #expect(receipts.filter { !$0.duplicate }.count == 1)
            #expect(house.announcements.count == 2)
        }
    }

    @Test func twoNodesShareTheNumbers() async throws {
        try await House.with { house in
            let alice = try await house.account("alice")
            let room = try await house.room("lobby", members: [alice])
            try await house.neighbour { node in
                try await withThrowingTaskGroup { group in
                    for number in 0..<100 {
                        // Every message is sent through both; one of them stores it.
                        for each in [house, node] {
                            group.addTask {
                                _ = try await each.send("\(number)", id: "n\(number)", by: alice, to: room)
                            }
                        }
                    }
                    try await group.waitForAll()
                }
                #expect(try await house.seqs(of: room) == Array(1...101))
                #expect(house.announcements.count + node.announcements.count == 101)
                // The rooms' locks keep the nodes apart; without them they would collide and try again.
                #expect(house.retries + node.retries == 0)
            }
        }
    }

    @Test func burnsNoNumberForWhatIsRefused() async throws {
        try await House.with { house in
            let alice = try await house.account("alice")
            let stranger = try await house.account("stranger")
            let room = try await house.room("lobby", members: [alice])
            await #expect { try await house.send("x", id: "a", by: stranger, to: room) } throws: {
                ChatError.has(.notAMember)($0)
            }
            let nowhere = try RoomName("nowhere")
            await #expect { try await house.send("x", id: "a", by: alice, to: nowhere) } throws: {
                ChatError.has(.roomNotFound)($0)
            }
            #expect(try await house.send("x", id: "a", by: alice, to: room).seq == 2)
        }
    }

    @Test func joiningAndLeavingHaveASeq() async throws {
        try await House.with { house in
            let alice = try await house.account("alice")
            let room = try await house.room("lobby", members: [alice])
            #expect(try await house.append(.joined, by: alice, to: room).duplicate)
            #expect(try await house.append(.left, by: alice, to: room).seq == 2)
            await #expect { try await house.append(.left, by: alice, to: room) } throws: {
                ChatError.has(.notAMember)($0)
            }
            await #expect { try await house.send("x", id: "a", by: alice, to: room) } throws: {
                ChatError.has(.notAMember)($0)
            }
            #expect(try await house.append(.joined, by: alice, to: room).seq == 3)
            let intervals = try await house.database.run { connection in
                try connection.run("SELECT joined_seq, left_seq FROM memberships ORDER BY 1").map { row in
                    [try row.optional("joined_seq", as: Int64.self), try row.optional("left_seq", as: Int64.self)]
                }
            }
            #expect(intervals == [[1, 2], [3, nil]])
        }
    }

    @Test func saysOverloadedInsteadOfQueueingForEver() async throws {
        try await House.with(backlogLimit: 10) { house in
            let alice = try await house.account("alice")
            let room = try await house.room("lobby", members: [alice])
            let outcomes = await withTaskGroup(of: Bool.self) { group in
                for number in 0..<500 {
                    group.addTask {
                        do {
                            _ = try await house.send("x", id: "n\(number)", by: alice, to: room)
                            return true
                        } catch {
                            #expect(ChatError.has(.overloaded)(error))
                            return false
                        }
                    }
                }
                return await group.reduce(into: []) { $0.append($1) }
            }
            let stored = outcomes.filter { $0 }.count
            #expect(stored < 500)
            #expect(try await house.head(of: room) == Int64(stored + 1))
        }
    }

    /// On a new server nobody has analysed the tables, or somebody has when they were empty: whatever the planner believes,
    /// it must not read a room to look for one repeat.
    @Test(arguments: [false, true])
    func readsNoMoreThanItStores(isAnalyzed: Bool) async throws {
        try await House.with { house in
            let alice = try await house.account("alice")
            let room = try await house.room("lobby", members: [alice])
            if isAnalyzed {
                try await house.database.run { connection in
                    try connection.run("DELETE FROM events")
                    try connection.run("VACUUM ANALYZE")
                }
            }
            try await house.neighbour { node in
                try await withThrowingTaskGroup { group in
                    for number in 0..<1000 {
                        group.addTask { _ = try await node.send("x", id: "n\(number)", by: alice, to: room) }
                    }
                    try await group.waitForAll()
                }
            }
            // A backend reports what it has read when it ends.
            var read: Int64 = 0
            for _ in 0..<50 where read < 1000 {
                try await Task.sleep(for: .milliseconds(100))
                read = try await house.database.run { connection in
                    try connection.run(
                        """
                        SELECT (SELECT seq_tup_read FROM pg_stat_user_tables WHERE relname = 'events')
                            + (SELECT n_tup_ins FROM pg_stat_user_tables WHERE relname = 'events')
                            + (SELECT sum(idx_tup_read)::bigint FROM pg_stat_user_indexes WHERE relname = 'events') AS n
                        """
                    ).first?.get("n") ?? 0
                }
            }
            #expect((1000...1300).contains(read), "read or stored \(read) rows of events for 1,000 messages")
        }
    }

    /// Connections die at random moments, some of them between COMMIT and its answer.
    @Test func losesAndDoublesNothingWhenConnectionsDie() async throws {
        try await House.with { house in
            let alice = try await house.account("alice")
            let room = try await house.room("lobby", members: [alice])
            let killer = Task {
                while !Task.isCancelled {
                    try await Task.sleep(for: .milliseconds(40))
                    try await house.database.run { connection in
                        _ = try connection.run(
                            """
                            SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                            WHERE datname = current_database() AND application_name = 'writer under test'
                            """)
                    }
                }
            }
            let receipts = try await withThrowingTaskGroup(of: Receipt.self) { group in
                for sender in 0..<8 {
                    for number in 0..<50 {
                        group.addTask { try await house.insists("x", id: "\(sender)-\(number)", by: alice, to: room) }
                    }
                    try await Task.sleep(for: .milliseconds(100))
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            killer.cancel()
            _ = await killer.result
            #expect(Set(receipts.map(\.seq)) == Set(2...401))
            #expect(try await house.seqs(of: room) == Array(1...401))
        }
    }
}
