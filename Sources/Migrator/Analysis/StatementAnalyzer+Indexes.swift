/// CREATE, DROP and ALTER INDEX.
extension StatementAnalyzer {
    func createIndex(_ reader: inout TokenReader, isUnique: Bool) -> StatementAnalysis? {
        let isConcurrent = reader.take("CONCURRENTLY")
        _ = reader.take("IF", "NOT", "EXISTS")
        let name = reader.peek()?.isWord("ON") == true ? nil : reader.takeName()
        guard reader.take("ON") else { return nil }
        _ = reader.take("ONLY")
        guard let table = takeTable(&reader) else { return nil }
        let does = "builds the \(isUnique ? "unique " : "")index \(name?.description ?? "") on \(table)"
        var analysis = change(
            table, isConcurrent ? .createIndexConcurrently : .createIndex, does.replacing("  ", with: " "),
            isConcurrent ? .shareUpdateExclusive : .share)
        if isUnique { analysis.expect(.depends("if it never writes what the index forbids")) }
        if isConcurrent { analysis.notes.append("waits for transactions that began before") }
        analysis.doWork(.index, on: table)
        if let name { analysis.changes.append(.addIndex(facts.resolve(name), on: table)) }
        return analysis
    }

    func dropIndexes(_ reader: inout TokenReader) -> StatementAnalysis? {
        let isConcurrent = reader.take("CONCURRENTLY")
        let isOptional = reader.take("IF", "EXISTS")
        guard let (indexes, cascades) = takeTables(&reader) else { return nil }
        let kind = isConcurrent ? StatementKind.dropIndexConcurrently : .dropIndex
        var analysis = StatementAnalysis(kind, "drops the index \(indexes.sentence)")
        for index in indexes {
            analysis.changes.append(.dropIndex(index))
            if let table = facts.indexes[index] {
                analysis.lock(table, isConcurrent ? .shareUpdateExclusive : .accessExclusive)
            } else if !isOptional {
                analysis.isKnown = false
                analysis.notes.append("\(index) is not there yet, so nobody knows its table")
            }
        }
        analysis.previous = .depends("if it does not rely on the index, as ON CONFLICT does")
        if cascades { analysis.cascade() }
        return analysis
    }

    func renameIndex(_ reader: inout TokenReader) -> StatementAnalysis? {
        _ = reader.take("IF", "EXISTS")
        guard let old = takeTable(&reader), reader.take("RENAME", "TO"), let new = reader.takeName() else { return nil }
        var analysis = StatementAnalysis(.renameIndex, "renames the index \(old) to \(new)")
        if let table = facts.indexes[old] {
            analysis.changes = [.dropIndex(old), .addIndex(SQLName(new.name, schema: old.schema), on: table)]
        }
        return analysis
    }
}
