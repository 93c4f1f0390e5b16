import Testing

@testable import Prove

@Suite struct HistoryTests {
    @Test func aRecordIsSmall() {
        #expect(MemoryLayout<Record>.stride == 32)
    }

    @Test func keepsTheOrderAcrossChunks() {
        var history = History()
        for number in 0..<150_000 as Range<UInt32> {
            history.append(Record(kind: .ack, client: 0, connection: 0, seq: number))
        }
        #expect(history.count == 150_000)
        #expect(history[140_000].seq == 140_000)
        var inOrder = 0
        history.forEach { index, record in
            if Int(record.seq) == index, index == inOrder { inOrder += 1 }
        }
        #expect(inOrder == 150_000)
    }

    @Test func talliesEachMessageOnce() {
        let recorder = Recorder()
        for _ in 0..<2 {
            let attempt = recorder.invoke(7, client: 1, room: 0, connection: 1)
            recorder.record(
                Record(
                    kind: .ack, flag: attempt > 1, client: 1, connection: 1, message: 7, seq: 1, detail: attempt))
        }
        #expect(recorder.tally.attempts == 2)
        #expect(recorder.tally.acked == 1)
        #expect(recorder.tally.duplicates == 1)
    }

    @Test func aMessageIsKnownByItsClientID() {
        let script = Script(seed: .max)
        #expect(script.message(of: script.clientID(of: 12_345)) == 12_345)
        #expect(Script(seed: 1).message(of: script.clientID(of: 12_345)) == nil)
        #expect(script.message(of: "p-1") == nil)
        #expect(script.clientID(of: .max).utf8.count <= 64)
    }

    @Test func bodiesAreWhatAServerTakes() {
        let script = Script(seed: 3)
        for message in 1...2000 as ClosedRange<UInt32> {
            let body = script.body(of: message)
            #expect(body == script.body(of: message))
            #expect((1...8000).contains(body.unicodeScalars.count))
        }
    }
}
