/// One at a time, in the order of coming.
actor Turn {
    private var isTaken = false
    private var waiting: [CheckedContinuation<Void, Never>] = []

    /// Waits for the turn, and has it while `body` runs; whoever is cancelled meanwhile is passed over.
    func take(_ body: @Sendable () async -> Void) async {
        if isTaken {
            await withCheckedContinuation { waiting.append($0) }
        } else {
            isTaken = true
        }
        if !Task.isCancelled { await body() }
        if waiting.isEmpty { isTaken = false } else { waiting.removeFirst().resume() }
    }
}
