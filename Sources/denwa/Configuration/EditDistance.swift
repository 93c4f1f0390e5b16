extension String {
    /// The candidate with the fewest insertions, deletions and replacements (Levenshtein), the first of several.
    /// - Returns: "" if there are no candidates.
    func nearest(of candidates: [String]) -> String {
        candidates.min { editDistance(to: $0) < editDistance(to: $1) } ?? ""
    }

    func editDistance(to other: String) -> Int {
        let other = Array(other.lowercased())
        var row = Array(0...other.count)
        for (index, character) in lowercased().enumerated() {
            var diagonal = row[0]
            row[0] = index + 1
            for (column, candidate) in other.enumerated() {
                let replaced = diagonal + (character == candidate ? 0 : 1)
                diagonal = row[column + 1]
                row[column + 1] = Swift.min(replaced, row[column] + 1, diagonal + 1)
            }
        }
        return row[other.count]
    }
}
