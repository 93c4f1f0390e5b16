/// Rows and columns for people. A value: it knows the width of a terminal only as a number.
struct TextTable {
    private let headers: [String]
    private let isRight: [Bool]
    private var rows: [[String]] = []

    /// What stands between two columns.
    private static let gap = "  "
    /// A column is not cut below so many columns of the terminal.
    private static let narrowest = 8

    /// - Parameters:
    ///   - headers: what stands above the columns; by custom in capitals.
    ///   - right: the headers of columns that are numbers and stand to the right.
    init(_ headers: [String], right: Set<String> = []) {
        self.headers = headers
        self.isRight = headers.map { right.contains($0) }
    }

    var isEmpty: Bool { rows.isEmpty }

    /// Adds a row; missing cells are empty, and those beyond the headers are left out.
    mutating func add(_ cells: [String]) {
        rows.append(headers.indices.map { cells.indices.contains($0) ? cells[$0] : "" })
    }

    /// The lines, headers first.
    /// - Parameter width: columns of the terminal; `nil` cuts nothing, for files and programs.
    func lines(width: Int?) -> [String] {
        let widths = fitted(natural(), to: width)
        return ([headers] + rows).map { cells in
            let padded = cells.indices.map { pad(cells[$0].fitted(to: widths[$0]), to: widths[$0], right: isRight[$0]) }
            return padded.joined(separator: Self.gap).trimmingEnd()
        }
    }

    private func natural() -> [Int] {
        headers.indices.map { column in ([headers] + rows).map { $0[column].displayWidth }.max() ?? 0 }
    }

    /// Takes from the widest columns first.
    private func fitted(_ natural: [Int], to width: Int?) -> [Int] {
        guard let width else { return natural }
        var widths = natural
        var excess = natural.reduce(0, +) + Self.gap.count * max(0, natural.count - 1) - width
        while excess > 0, let widest = widths.indices.max(by: { widths[$0] < widths[$1] }),
            widths[widest] > Self.narrowest
        {
            widths[widest] -= 1
            excess -= 1
        }
        return widths
    }

    private func pad(_ text: String, to width: Int, right: Bool) -> String {
        let space = String(repeating: " ", count: max(0, width - text.displayWidth))
        return right ? space + text : text + space
    }
}

extension String {
    fileprivate func trimmingEnd() -> String {
        var text = Substring(self)
        while text.last == " " { text.removeLast() }
        return String(text)
    }
}
