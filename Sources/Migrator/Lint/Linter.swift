/// Looks at files without a database: it follows the schema through them.
package struct Linter: Sendable {
    private let files: [Migration]

    /// - Parameter files: all of them, because a later one changes what an earlier one made.
    package init(_ files: [Migration]) {
        self.files = files.sorted { ($0.version, $0.file) < ($1.version, $1.file) }
    }

    /// In the order of the files and lines.
    package func findings() -> [LintFinding] {
        var facts = SchemaFacts()
        return files.flatMap { file in
            facts.age()
            return findings(in: file, &facts)
        }
    }

    private func findings(in file: Migration, _ facts: inout SchemaFacts) -> [LintFinding] {
        var findings = structure(of: file)
        for statement in file.statements {
            let analysis = StatementAnalyzer(facts: facts).analyse(statement)
            let rules = LintRules(file: file, statement: statement, analysis: analysis, facts: facts)
            findings += rules.findings()
            facts.apply(analysis.changes)
        }
        return findings
    }

    /// The cause and the cure, without the place and the line itself, which a finding has anyway.
    private static func sentence(_ error: MigrationError) -> String {
        let text = error.place.map {
            error.description.replacing("\($0): ", with: "").replacing($0.excerpt + "\n", with: "")
        }
        return (text ?? error.description).split(separator: "\n").joined(separator: " ")
    }

    /// What a file must be to run at all, and whether it can be taken back.
    private func structure(of file: Migration) -> [LintFinding] {
        var findings: [LintFinding] = []
        for section in [file.upFile, file.downFile] where !section.statements.isEmpty {
            do {
                if file.mode == .alone { _ = try LoneStatement(section) } else { try section.check() }
            } catch {
                findings.append(
                    LintFinding(
                        level: .error, rule: "cannot-run", file: file.file,
                        line: error.place?.line ?? section.section.firstLine,
                        column: error.place?.column ?? 1, message: Self.sentence(error)))
            }
        }
        if !file.canGoDown {
            findings.append(
                LintFinding(
                    level: .warning, rule: "no-way-back", file: file.file, line: file.down.firstLine, column: 1,
                    message: "There is nothing under `-- migrate:down`; `denwa migrate down` will stop here."))
        }
        return findings
    }
}
