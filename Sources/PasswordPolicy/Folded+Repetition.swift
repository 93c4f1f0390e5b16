extension Folded {
    /// Whether this protects no better than a shorter text: a repetition counts once and has to reach the minimum;
    /// with each run along the alphabet or the keyboard counted as one character, ``PasswordPolicy/leastLeft`` must be
    /// left.
    func isRepetitive(minimum: Int) -> Bool {
        if unit.count < count, unit.count < minimum { return true }
        let runs = Runs.ranges(in: scalars)
        guard !runs.isEmpty else { return false }
        return Runs.without(scalars).count + runs.count < PasswordPolicy.leastLeft
    }

    /// The shortest text of which this is a repetition: two times or more, of which the last may be cut short.
    /// The whole text if it repeats nothing.
    ///
    /// The borders are found as by Knuth, Morris and Pratt (1977), in linear time.
    var unit: Scalars {
        let text = Array(scalars)
        var borders = [0]
        for index in text.indices.dropFirst() {
            var border = borders[index - 1]
            while border > 0, text[border] != text[index] { border = borders[border - 1] }
            borders.append(text[border] == text[index] ? border + 1 : 0)
        }
        let period = text.count - (borders.last ?? 0)
        return period * 2 <= text.count ? scalars.prefix(period) : scalars
    }
}
