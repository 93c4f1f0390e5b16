import Limits
import SeededRandom
import Testing

@Suite struct BoundedTableTests {
    private let start = ContinuousClock.now

    private func at(_ seconds: Int) -> ContinuousClock.Instant { start.advanced(by: .seconds(seconds)) }

    @Test func makesRoomWhereLeastIsLost() {
        var table = BoundedTable<String, Int>(bound: 2)
        table.set(1, for: "long", until: at(100))
        table.set(2, for: "short", until: at(10))
        table.set(3, for: "new", until: at(5))
        #expect(table["long"] == 1 && table["short"] == nil && table["new"] == 3)
        table.set(4, for: "new", until: at(200))
        table.set(5, for: "newer", until: at(1))
        #expect(table["long"] == nil && table["new"] == 4 && table["newer"] == 5)
        table.remove("new")
        table.remove("nobody")
        #expect(table.count == 1 && table["newer"] == 5)
    }

    /// Against a dictionary that is searched for the one that ends soonest.
    @Test(arguments: 0..<50 as Range<UInt64>)
    func agreesWithAPlainDictionary(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let bound = Int.random(in: 0...20, using: &generator)
        var table = BoundedTable<Int, Int>(bound: bound)
        var model: [Int: (value: Int, until: Int)] = [:]
        // No two ends are the same, so there is no choice.
        for (step, end) in (0..<2000).shuffled(using: &generator).enumerated() {
            let key = Int.random(in: 0..<40, using: &generator)
            if Int.random(in: 0..<4, using: &generator) == 0 {
                table.remove(key)
                model[key] = nil
            } else {
                table.set(step, for: key, until: at(end))
                if model[key] == nil, model.count == max(1, bound) {
                    model = model.filter { entry in model.values.contains { $0.until < entry.value.until } }
                }
                model[key] = (step, end)
            }
            #expect(table.count == model.count, "seed \(seed)")
            #expect((0..<40).allSatisfy { table[$0] == model[$0]?.value }, "seed \(seed), step \(step)")
        }
    }

    @Test func holdsItsBoundAgainstAMillionKeys() {
        var table = BoundedTable<Int, Int>(bound: 10_000)
        var most = 0
        for key in 0..<1_000_000 {
            table.set(key, for: key, until: at(key))
            most = max(most, table.count)
        }
        #expect(most == 10_000)
        #expect(table[999_999] == 999_999 && table[990_000] == 990_000 && table[989_999] == nil)
    }
}
