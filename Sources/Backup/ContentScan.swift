/// Reads all tables and hashes their rows, within a transaction that the caller holds.
///
/// PostgreSQL makes the SHA-256 of each row's text, and we add them up: so rows travel as 32 bytes, in whatever order they
/// lie. SHA-256 and not PostgreSQL's own hash functions, whose results depend on the processor.
struct ContentScan<Reader: SQLReader> {
    let reader: Reader
    let stage: Stage
    let observer: Observer

    /// A statement reads about 16 MB, so that there is something to show, and an end within a second.
    private static var pagesAtOnce: Int64 { 2048 }

    func run() throws -> Content {
        for (name, value) in Self.settings {
            _ = try reader.answers(to: "SELECT pg_catalog.set_config('\(name)', '\(value)', true) AS answer")
        }
        let tables = try Table.all(reader, sizes: true)
        let total = tables.reduce(0) { $0 + $1.bytes }
        let readsParts = try canReadParts()
        var done: Int64 = 0
        var contents: [TableContent] = []
        for table in tables {
            let pagesAtOnce = readsParts ? Self.pagesAtOnce : Int64.max
            contents.append(
                try content(of: table, pagesAtOnce: pagesAtOnce) { pages in
                    observer.progress(stage, done + pages * table.pageBytes, total)
                })
            done += table.bytes
        }
        return Content(tables: contents)
    }

    /// What the text of a row depends on. `row_security` makes it an error if rows are hidden from us.
    private static var settings: [(String, String)] {
        [
            ("DateStyle", "ISO, YMD"), ("IntervalStyle", "postgres"), ("TimeZone", "UTC"), ("extra_float_digits", "1"),
            ("bytea_output", "hex"), ("xmlbinary", "base64"), ("lc_monetary", "C"), ("quote_all_identifiers", "off"),
            ("search_path", "pg_catalog"), ("row_security", "off"), ("jit", "off"),
        ]
    }

    /// Before PostgreSQL 14 a range of places was found by reading all of the table.
    private func canReadParts() throws -> Bool {
        let version = try reader.answers(to: "SELECT current_setting('server_version_num') AS answer").first
        return version.flatMap { Int($0) }.map { $0 >= 140_000 } ?? false
    }

    private func content(
        of table: Table, pagesAtOnce: Int64, onPages: (Int64) -> Void
    ) throws -> TableContent {
        var rows: Int64 = 0
        var sum = DigestSum()
        var page: Int64 = 0
        while true {
            try observer.check()
            let isLast = table.pages - page <= pagesAtOnce
            let part = try read(table, from: page, to: isLast ? nil : page + pagesAtOnce)
            rows += part.rows
            sum.add(part.sum)
            guard !isLast else { break }
            page += pagesAtOnce
            onPages(page)
        }
        onPages(max(table.pages, 1))
        return TableContent(name: table.name, rows: rows, hash: sum.hex)
    }

    /// - Parameter end: the page after the last; `nil` reads to the end, wherever that is by now.
    private func read(_ table: Table, from begin: Int64, to end: Int64?) throws -> (rows: Int64, sum: DigestSum) {
        let conditions = [
            begin > 0 ? "the_row.ctid >= '(\(begin),0)'::tid" : nil, end.map { "the_row.ctid < '(\($0),0)'::tid" },
        ].compactMap { $0 }
        let filter = conditions.isEmpty ? "" : " WHERE " + conditions.joined(separator: " AND ")
        let answers = try reader.answers(
            to: """
                SELECT count(*)::text || ' ' || encode(coalesce(
                    string_agg(sha256(convert_to((the_row.*)::text, 'UTF8')), ''::bytea), ''::bytea), 'hex') AS answer
                FROM ONLY \(table.sql) AS the_row\(filter)
                """)
        var sum = DigestSum()
        guard let words = answers.first?.utf8.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false),
            words.count == 2, let rows = Int64(Substring(words[0])),
            words[1].count == rows.multipliedReportingOverflow(by: Int64(DigestSum.hexLength)).partialValue,
            sum.add(hex: words[1])
        else {
            throw BackupError.programFailed(name: "Reading \(table.name)", output: "the answer is not as expected.")
        }
        return (rows, sum)
    }
}
