extension Folded {
    /// Whether this is a common password, or one repeated, or one with digits and signs around it, or one with runs
    /// along the keyboard around it, or one repeated with digits and signs between ("summer2026summer").
    var isCommon: Bool {
        isListed || isListedInside || isListed(unit) || isListed(Runs.without(scalars))
            || letters.map { isListed($0.unit) } == true
    }

    private var isListed: Bool { Self.isListed(scalars) }

    private func isListed(_ part: Scalars) -> Bool {
        let part = Folded(part)
        return part.count < count && (part.isListed || part.isListedInside)
    }

    /// Whether an entry is left when digits and signs at the ends are taken off, all of them or a part ("abc1234567" is
    /// "abc123" with "4567"). In a text without letters only signs are taken off: digits alone are no decoration.
    private var isListedInside: Bool {
        guard let core = indices(where: \.isLetter) ?? indices(where: \.isDigit) else { return false }
        for start in (scalars.startIndex...core.lowerBound).reversed() {
            guard core.upperBound - start < CommonPasswords.lengths.upperBound else { break }
            for end in core.upperBound..<min(scalars.endIndex, start + CommonPasswords.lengths.upperBound)
            where Self.isListed(scalars[start...end]) {
                return true
            }
        }
        return false
    }

    static func isListed(_ scalars: Scalars) -> Bool {
        guard CommonPasswords.lengths.contains(scalars.count) else { return false }
        var text = String.UnicodeScalarView()
        text.append(contentsOf: scalars)
        return CommonPasswords.all.contains(String(text))
    }
}
