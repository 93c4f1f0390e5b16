import ArgumentParser
import Migrator

extension MigrateCommand {
    struct Verify: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "verify",
            abstract: "Compare the files, what is recorded as applied, and the schema; changes nothing.",
            discussion: """
                Names every difference, also what was changed in the schema by hand. Exits with 0
                if all is equal, with 1 if files and records do not fit, and with 2 if a migration
                is pending or the schema has drifted.

                EXAMPLE
                  denwa migrate verify --database-url postgresql:///denwa
                """)

        @OptionGroup var options: MigrateOptions

        func run() async throws {
            let result = try options.migrator().verify(on: options.connection())
            let drift = DriftReport(result.drift ?? [])
            if options.json {
                JSONLine.show(members(result, drift))
            } else {
                show(result, drift)
            }
            guard result.problems.isEmpty else { throw ExitCode.failure }
            guard result.pending.isEmpty, result.drift?.isEmpty == true else { throw ExitCode(2) }
        }

        private func show(_ result: Verification, _ drift: DriftReport) {
            for problem in result.problems { Terminal.data("problem: \(problem)") }
            for warning in result.warnings { Terminal.data("warning: \(warning)") }
            for file in result.pending { Terminal.data("pending: \(file.file)") }
            for line in drift.lines { Terminal.data("drift: \(line)") }
            let head = result.applied.last?.version ?? 0
            if result.drift == nil {
                Terminal.data(
                    "drift: unknown, because the schema after migration \(head) was not recorded; if it is right, "
                        + "`denwa migrate repair --accept \(head)` records it")
            } else if !drift.lines.isEmpty {
                Terminal.say(
                    "Somebody has changed the schema by hand. Undo it; or, if it is right, put it into a migration, or "
                        + "accept it with `denwa migrate repair --accept \(head)`.")
                if let former = result.formerServer {
                    Terminal.say(
                        "The record was made by PostgreSQL \(former), which writes some definitions in another way.")
                }
            }
            if result.isClean {
                Terminal.data(
                    "ok: \(result.applied.count) migrations are applied, and the schema is as they have made it")
            }
        }

        private func members(_ result: Verification, _ drift: DriftReport) -> [String: Any?] {
            [
                "problems": result.problems.map(\.description), "warnings": result.warnings.map(\.description),
                "pending": result.pending.map(\.file), "drift": result.drift == nil ? nil : drift.members,
                "driftKnown": result.drift != nil, "formerServer": result.formerServer,
                "version": result.applied.last?.version ?? 0,
            ]
        }
    }
}

/// What is different in a schema from what was recorded.
struct DriftReport {
    private let differences: [SchemaSnapshot.Difference]

    init(_ differences: [SchemaSnapshot.Difference]) { self.differences = differences }

    /// `+` is there, `-` is missing, `~` is another one.
    var lines: [String] {
        differences.flatMap { difference in
            switch difference {
            case .added(let name, let definition): ["+ \(name)  \(definition)"]
            case .missing(let name, let definition): ["- \(name)  \(definition)"]
            case .changed(let name, let was, let now): ["~ \(name)", "    was  \(was)", "    is   \(now)"]
            }
        }
    }

    var members: [[String: String]] {
        differences.map { difference in
            switch difference {
            case .added(let name, let definition): ["change": "added", "name": name, "is": definition]
            case .missing(let name, let definition): ["change": "missing", "name": name, "was": definition]
            case .changed(let name, let was, let now): ["change": "changed", "name": name, "was": was, "is": now]
            }
        }
    }

    /// Says it to a person, if there is something to say.
    func warn(_ sentence: String) {
        guard !differences.isEmpty else { return }
        Terminal.say("Warning: \(sentence)")
        for line in lines { Terminal.say("  \(line)") }
    }
}
