import ArgumentParser
import Postgres

/// A length of time as people write it: `500ms`, `30s`, `2m`, `1h`, or seconds alone.
struct Pause: ExpressibleByArgument, Equatable {
    let duration: Duration

    private static let units: [(ending: String, milliseconds: Int)] = [
        ("ms", 1), ("s", 1_000), ("m", 60_000), ("h", 3_600_000), ("", 1_000),
    ]

    init?(argument: String) {
        guard let unit = Self.units.first(where: { argument.hasSuffix($0.ending) }),
            let count = Int(argument.dropLast(unit.ending.count)), (0...86_400_000).contains(count)
        else { return nil }
        duration = .milliseconds(count * unit.milliseconds)
    }
}

/// Waiting for a database that is still starting.
struct WaitOption: ParsableArguments {
    @Option(help: ArgumentHelp("How long to wait for the database, as 30s or 2m.", valueName: "duration"))
    var wait: Pause?

    /// Connects; while the database cannot be reached, tries again until the time is over.
    /// - Throws: the last `PostgresError`.
    func connection(_ url: String, settings: ConnectionSettings = .patient) throws -> Connection {
        let deadline = ContinuousClock.now + (wait?.duration ?? .zero)
        while true {
            do throws(PostgresError) {
                return try Connection(url: url, settings: settings)
            } catch {
                guard error.kind == .unreachable, ContinuousClock.now < deadline, !Interruption.happened else {
                    throw error
                }
            }
            Interruption.sleep(milliseconds: 200)
        }
    }
}
