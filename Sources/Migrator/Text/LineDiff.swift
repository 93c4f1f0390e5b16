/// What differs between two texts, line by line.
package struct LineDiff: Sendable, Equatable {
    /// A line, and which of the texts has it.
    package enum Line: Sendable, Equatable {
        case same(String)
        case removed(String)
        case added(String)
    }

    /// Of both texts, in order.
    package let lines: [Line]

    /// Above this product of two lengths all lines are taken for different: nobody reads such a diff.
    private static let limit = 4_000_000

    /// Lines end with LF. Above a bound, all lines from the first difference to the last count as different.
    package init(_ old: String, _ new: String) {
        let old = old.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        let new = new.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        let head = zip(old, new).prefix { $0 == $1 }.count
        let tail = zip(old.dropFirst(head).reversed(), new.dropFirst(head).reversed()).prefix { $0 == $1 }.count
        let middle = Self.compare(old[head..<old.count - tail], new[head..<new.count - tail])
        lines = old[..<head].map(Line.same) + middle + old[(old.count - tail)...].map(Line.same)
    }

    /// The longest common subsequence, by the textbook's table.
    private static func compare(_ old: ArraySlice<String>, _ new: ArraySlice<String>) -> [Line] {
        let (old, new) = (Array(old), Array(new))
        guard old.count * new.count <= limit else { return old.map(Line.removed) + new.map(Line.added) }
        let width = new.count + 1
        var lengths = [Int32](repeating: 0, count: (old.count + 1) * width)
        for row in old.indices.reversed() {
            for column in new.indices.reversed() {
                let place = row * width + column
                lengths[place] =
                    old[row] == new[column]
                    ? lengths[place + width + 1] + 1 : max(lengths[place + width], lengths[place + 1])
            }
        }
        return walk(old, new, lengths, width: width)
    }

    private static func walk(_ old: [String], _ new: [String], _ lengths: [Int32], width: Int) -> [Line] {
        var lines: [Line] = []
        var (row, column) = (0, 0)
        while row < old.count || column < new.count {
            if row < old.count, column < new.count, old[row] == new[column] {
                lines.append(.same(old[row]))
                row += 1
                column += 1
            } else if column == new.count
                || row < old.count && lengths[(row + 1) * width + column] >= lengths[row * width + column + 1]
            {
                lines.append(.removed(old[row]))
                row += 1
            } else {
                lines.append(.added(new[column]))
                column += 1
            }
        }
        return lines
    }

    /// In the unified format of `diff -u`, with three lines around each change; empty if nothing differs.
    /// - Parameters:
    ///   - old: what the first text is called.
    ///   - new: what the second one is called.
    package func unified(old: String, new: String) -> String {
        let changed = lines.indices.filter { index in
            if case .same = lines[index] { false } else { true }
        }
        guard !changed.isEmpty else { return "" }
        var hunks: [Range<Int>] = []
        for index in changed {
            let around = max(0, index - 3)..<min(lines.count, index + 4)
            if let last = hunks.last, last.upperBound >= around.lowerBound {
                hunks[hunks.count - 1] = last.lowerBound..<around.upperBound
            } else {
                hunks.append(around)
            }
        }
        return (["--- \(old)", "+++ \(new)"] + hunks.flatMap(text)).joined(separator: "\n")
    }

    private func text(of hunk: Range<Int>) -> [String] {
        let (oldStart, newStart) = (count(..<hunk.lowerBound, isOld: true), count(..<hunk.lowerBound, isOld: false))
        let (oldCount, newCount) = (count(hunk, isOld: true), count(hunk, isOld: false))
        let body = lines[hunk].map { line in
            switch line {
            case .same(let text): " " + text
            case .removed(let text): "-" + text
            case .added(let text): "+" + text
            }
        }
        return ["@@ -\(oldStart + 1),\(oldCount) +\(newStart + 1),\(newCount) @@"] + body
    }

    private func count(_ range: some RangeExpression<Int>, isOld: Bool) -> Int {
        lines[range].count { line in
            switch line {
            case .same: true
            case .removed: isOld
            case .added: !isOld
            }
        }
    }
}
