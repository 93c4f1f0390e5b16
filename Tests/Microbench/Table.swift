/// One line for each part, printed as soon as it is known.
struct Table {
    private static let width = 46

    /// Runs a part until half a second has passed and prints what one of its operations takes.
    /// - Parameters:
    ///   - operations: that one call of `body` makes.
    mutating func measure(_ name: String, operations: Int = 1, _ body: () throws -> Void) rethrows {
        for _ in 0..<10 { try body() }
        var calls = 0
        let start = ContinuousClock.now
        while ContinuousClock.now - start < .milliseconds(500) {
            for _ in 0..<10 { try body() }
            calls += 10
        }
        add(name, ContinuousClock.now - start, operations: calls * operations)
    }

    mutating func add(_ name: String, _ time: Duration, operations: Int) {
        let nanoseconds = time / .nanoseconds(1) / Double(max(1, operations))
        let figure = nanoseconds < 10_000 ? "\(Int(nanoseconds)) ns" : "\(Int(nanoseconds / 1000)) µs"
        print(name + String(repeating: " ", count: max(1, Self.width - name.count)) + figure)
    }
}
