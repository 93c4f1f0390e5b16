import ArgumentParser
import Migrator

extension MigrateCommand {
    struct Plan: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "plan",
            abstract: "Show what the pending files will do, statement by statement; changes nothing.",
            discussion: """
                For each statement: the locks that it takes and who waits for them, whether the
                table is written anew, whether the denwa before keeps working, and how long it
                takes for tables of their present size. What is not known is said to be unknown.

                EXAMPLES
                  denwa migrate plan
                  denwa migrate plan --json | jq 'select(.takes != "instant")'
                """)

        @Option(help: ArgumentHelp("The last version to look at.", valueName: "version")) var to: Int?
        @OptionGroup var options: MigrateOptions

        func run() async throws {
            let migrator = try options.migrator()
            let connection = try options.connection()
            let plan = try migrator.status(on: connection)
            options.warn(plan.warnings)
            let limits = UpLimits(version: to)
            try limits.check(plan)
            let files = limits.pending(of: plan)
            guard !files.isEmpty else { return Terminal.say("Nothing to do: the database has the newest schema.") }
            let facts = try SchemaFacts.read(for: files.flatMap(\.statements), on: connection)
            let preview = MigrationPreview(up: files, facts: facts)
            var file = ""
            for statement in preview.statements {
                let text = PlanText(statement)
                guard !options.json else {
                    JSONLine.show(text.members)
                    continue
                }
                if statement.file != file { Terminal.data((file.isEmpty ? "" : "\n") + statement.file) }
                file = statement.file
                Terminal.data(text.lines.joined(separator: "\n"))
            }
            if !options.json { Terminal.say("All together: \(PlanText.words(preview.estimate)).") }
        }
    }
}

/// A planned statement in words and for programs.
struct PlanText {
    private let statement: PlannedStatement
    private var analysis: StatementAnalysis { statement.analysis }

    init(_ statement: PlannedStatement) { self.statement = statement }

    /// The line of the file and what it does, and below that what there is to know.
    var lines: [String] {
        let number = "\(statement.line)"
        let head = "  line \(number)\(String(repeating: " ", count: max(1, 6 - number.count)))\(analysis.does)"
        let pairs = [("locks", locks), ("rewrites", rewrite), ("before", previous), ("takes", takes)]
        let rest = pairs + analysis.notes.map { ("note", $0) }
        return [head] + rest.map { "               \($0.0.padded(to: 10))\($0.1)" }
    }

    private var locks: String {
        guard analysis.isKnown else { return "unknown: take it for ACCESS EXCLUSIVE on all that it touches" }
        let named = strongestFirst.map { table, level -> String in
            guard let bytes = statement.sizes[table] else { return "\(level) on \(table) (new)" }
            return "\(level) on \(table) (\(bytes.asSize)), blocks \(level.blocks)"
        }
        let all = named + (analysis.readsOthers ? ["ACCESS SHARE on what it reads"] : [])
        return all.isEmpty ? "nothing that others meet" : all.joined(separator: "; ")
    }

    private var strongestFirst: [(table: SQLName, level: LockLevel)] {
        analysis.locks.sorted { ($1.value, $0.key.description) < ($0.value, $1.key.description) }
            .map { (table: $0.key, level: $0.value) }
    }

    private var rewrite: String {
        switch analysis.rewrite {
        case _ where !analysis.isKnown: "unknown"
        case .none: "nothing"
        case .certain: "the table"
        case .perhaps(let condition): "the table, \(condition)"
        }
    }

    private var previous: String {
        switch analysis.previous {
        case .compatible: "the denwa before keeps working"
        case .depends(let condition): "the denwa before keeps working \(condition)"
        case .incompatible(let reason): "the denwa before may fail: \(reason)"
        }
    }

    private var takes: String {
        let sure = analysis.work.contains { $0.kind == .rows } ? ", if it meets all rows" : ""
        return Self.words(statement.estimate) + sure + (statement.isAlone ? "; in no transaction" : "")
    }

    static func words(_ estimate: Estimate) -> String {
        switch estimate {
        case .instant: "an instant"
        case .seconds: "seconds"
        case .minutes: "minutes or longer"
        case .unknown: "unknown"
        }
    }

    var members: [String: Any?] {
        [
            "file": statement.file, "line": statement.line, "statement": statement.text, "does": analysis.does,
            "known": analysis.isKnown, "takes": statement.estimate.rawValue, "alone": statement.isAlone,
            "locks": strongestFirst.map { table, level in
                ["table": table.description, "level": level.description, "bytes": statement.sizes[table] as Any?]
                    .compactMapValues { $0 }
            },
            "rewrites": rewriteMember, "previous": previousMember.state, "previousBecause": previousMember.reason,
            "destroys": analysis.destroys, "notes": analysis.notes,
        ]
    }

    private var rewriteMember: String {
        switch analysis.rewrite {
        case _ where !analysis.isKnown: "unknown"
        case .none: "no"
        case .certain: "yes"
        case .perhaps: "perhaps"
        }
    }

    private var previousMember: (state: String, reason: String?) {
        switch analysis.previous {
        case .compatible: ("compatible", nil)
        case .depends(let condition): ("depends", condition)
        case .incompatible(let reason): ("incompatible", reason)
        }
    }
}

extension String {
    fileprivate func padded(to width: Int) -> String {
        self + String(repeating: " ", count: max(0, width - count))
    }
}

extension Int64 {
    /// `48 kB`, `1.5 GB`: two digits are enough for a plan.
    var asSize: String {
        var value = Double(self)
        for unit in ["bytes", "kB", "MB", "GB", "TB"] {
            if value < 1000 || unit == "TB" {
                let isShort = value < 10 && unit != "bytes"
                return (isShort ? "\((value * 10).rounded() / 10)" : "\(Int(value.rounded()))") + " \(unit)"
            }
            value /= 1000
        }
        return "\(self) bytes"
    }
}
