import Testing

/// What `script/fuzz` runs.
@Suite(.enabled(if: LibFuzzer.isWanted)) struct LongRun {
    @MainActor @Test func guidedByCoverage() throws { try LibFuzzer.run() }
}
