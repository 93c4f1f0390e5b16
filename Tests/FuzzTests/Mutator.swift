import SeededRandom

/// Changes inputs at random. The same seed makes the same inputs.
struct Mutator: RandomNumberGenerator {
    private var generator: SeededGenerator

    init(seed: UInt64) { generator = SeededGenerator(seed: seed) }

    mutating func next() -> UInt64 { generator.next() }

    /// One of the target's seeds with one to eight changes.
    mutating func input(for target: FuzzTarget) -> [UInt8] {
        var bytes = pick(target.seeds) ?? []
        for _ in 0..<below(8) + 1 { change(&bytes, target) }
        return Array(bytes.prefix(target.limit))
    }

    private mutating func change(_ bytes: inout [UInt8], _ target: FuzzTarget) {
        let place = below(bytes.count + 1)
        let end = min(bytes.count, place + below(16))
        switch below(8) {
        case 0: bytes.replaceSubrange(place..<end, with: [])
        case 1: bytes.insert(UInt8(truncatingIfNeeded: next()), at: place)
        case 2: bytes.insert(contentsOf: bytes[place..<end], at: place)
        case 3, 4: bytes.insert(contentsOf: Array((pick(target.tokens) ?? "").utf8), at: place)
        case 5: bytes.replaceSubrange(place..., with: (pick(target.seeds) ?? []).suffix(below(64)))
        case 6 where place < bytes.count: bytes[place] ^= 1 << UInt8(below(8))
        case _ where place < bytes.count: bytes[place] = UInt8(truncatingIfNeeded: next())
        default: break
        }
    }

    private mutating func pick<Element>(_ elements: [Element]) -> Element? {
        elements.isEmpty ? nil : elements[below(elements.count)]
    }

    private mutating func below(_ bound: Int) -> Int { Int(truncatingIfNeeded: next() % UInt64(bound)) }
}
