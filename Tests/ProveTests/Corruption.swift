import SeededRandom
import Testing

@testable import Prove

/// One way to spoil a good history, and what a checker has to call it.
struct Corruption: Sendable, CustomTestStringConvertible {
    typealias Change = @Sendable (inout Spoilt) -> Bool

    let testDescription: String
    let kind: Violation.Kind
    /// What may be found besides: often what is spoilt shows from more than one side.
    let classes: Set<Violation.Class>
    private let change: Change

    init(_ name: String, _ kind: Violation.Kind, also: Set<Violation.Class> = [], _ change: @escaping Change) {
        self.testDescription = name
        self.kind = kind
        self.classes = also.union([kind.category])
        self.change = change
    }

    /// - Returns: the spoilt evidence, or `nil` if there was nothing of the sort to spoil.
    func applied(to evidence: Evidence, seed: UInt64) -> Evidence? {
        var spoilt = Spoilt(evidence, seed: seed)
        return change(&spoilt) ? spoilt.result : nil
    }

    static let all = ofTheDatabase + ofAnswers + ofOrder + ofStreams + ofMembership
}

/// A history on its way to be spoilt.
struct Spoilt {
    var records: [Record] = []
    var evidence: Evidence
    private var random: SeededGenerator

    init(_ evidence: Evidence, seed: UInt64) {
        self.evidence = evidence
        self.random = SeededGenerator(seed: seed, stream: 99)
        var records: [Record] = []
        evidence.history.forEach { records.append($1) }
        self.records = records
    }

    var result: Evidence {
        var result = evidence
        result.history = History(records)
        return result
    }

    mutating func one<Element>(of choices: [Element]) -> Element? { choices.randomElement(using: &random) }

    /// The place of some record.
    mutating func some(_ isMeant: (Record) -> Bool) -> Int? {
        records.indices.filter { isMeant(records[$0]) }.randomElement(using: &random)
    }

    /// The place of some stored event.
    mutating func someStored(_ isMeant: (StoredEvent) -> Bool) -> Int? {
        evidence.stored.indices.filter { isMeant(evidence.stored[$0]) }.randomElement(using: &random)
    }

    /// Two messages of one batch and room, `first` with the lower seq, each sent and acknowledged only once.
    mutating func pairInOneBatch(_ fits: (Record, Record) -> Bool) -> (first: UInt32, second: UInt32)? {
        let plain = plainMessages
        var pairs: [(UInt32, UInt32)] = []
        for index in records.indices where records[index].kind == .invoke && plain.contains(records[index].message) {
            let batch = records[index...].dropFirst().prefix { $0.kind == .invoke && $0.room == records[index].room }
            for other in batch where fits(records[index], other) && plain.contains(other.message) {
                pairs.append((records[index].message, other.message))
            }
        }
        return pairs.randomElement(using: &random)
    }

    private var plainMessages: Set<UInt32> {
        var kinds: [UInt32: [Record.Kind]] = [:]
        for record in records where record.kind != .deliver && record.kind != .pulled && !record.flag {
            kinds[record.message, default: []].append(record.kind)
        }
        return Set(kinds.filter { $0.value == [.invoke, .ack] }.keys)
    }

    func place(_ kind: Record.Kind, of message: UInt32) -> Int? {
        records.firstIndex { $0.kind == kind && $0.message == message }
    }

    /// Exchanges the places that two messages have in the room, everywhere.
    mutating func exchange(_ first: UInt32, _ second: UInt32) {
        let other = [first: second, second: first]
        let events = evidence.stored.filter { other[$0.message] != nil && $0.kind == .message }
        guard events.count == 2 else { return }
        for index in evidence.stored.indices where other[evidence.stored[index].message] != nil {
            let twin = evidence.stored[index].message == events[0].message ? events[1] : events[0]
            (evidence.stored[index].message, evidence.stored[index].author) = (twin.message, twin.author)
            evidence.stored[index].digest = twin.digest
        }
        for index in records.indices {
            guard let message = other[records[index].message] else { continue }
            let twin = records[index].message == events[0].message ? events[1] : events[0]
            switch records[index].kind {
            case .deliver, .pulled: (records[index].message, records[index].detail) = (message, twin.digest)
            case .ack: records[index].seq = twin.seq
            default: break
            }
        }
    }
}
