extension Folded {
    /// Whether this is made of two common passwords and nothing else, each as often and in whatever order ("monkeydragon",
    /// "dragonmonkeydragon"): whoever guesses puts together what others use. Four words of a passphrase are more than two.
    ///
    /// Digits and signs between them do not count. The work is bounded: the first one has at most 17 lengths, and each leaves a
    /// text that is gone through once.
    var isCompound: Bool { isPair || letters?.isPair == true }

    private var isPair: Bool {
        CommonPasswords.lengths.contains { length in
            guard length < count, Self.isListed(scalars.prefix(length)) else { return false }
            let rest = without(scalars.prefix(length))
            return rest.isEmpty || Folded(rest).isListedOrRepeated
        }
    }

    private var isListedOrRepeated: Bool { Self.isListed(scalars) || Self.isListed(unit) && count % unit.count == 0 }

    /// What is left when a part is cut out wherever it is, from left to right.
    private func without(_ part: Scalars) -> Scalars {
        var rest = Scalars()
        var start = scalars.startIndex
        while start < scalars.endIndex {
            if scalars[start...].starts(with: part) {
                start += part.count
            } else {
                rest.append(scalars[start])
                start += 1
            }
        }
        return rest
    }
}
