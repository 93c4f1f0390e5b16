import Foundation

/// A text as guessing sees it: in lower case and without compatibility forms.
struct Folded: Hashable {
    typealias Scalars = ArraySlice<Unicode.Scalar>

    /// Most code points looked at. Some characters have 18 of them in NFKC; all others end before.
    private static let limit = 2 * PasswordPolicy.maximum

    let scalars: Scalars

    var count: Int { scalars.count }

    init(_ text: String) {
        let folded = text.precomposedStringWithCompatibilityMapping.lowercased()
        self.scalars = Scalars(folded.unicodeScalars.prefix(Self.limit))
    }

    init(_ scalars: Scalars) { self.scalars = scalars }

    /// The text, and what is left of it when decoration is taken off: one or two kinds of signs anywhere ("pass-word"),
    /// digits and signs at the ends, or the doubling of each character ("ppaassss"). What is left must be half of the
    /// text or more, lest the few letters of a random text are judged alone.
    var readings: [Folded] {
        let bare = [withoutSigns, withoutEnds]
        let single = withoutDoubles
        var readings = [self] + bare.filter { $0.count < count && $0.count * 2 >= count }
        if single.count < count, single.count * 2 <= count + 1 { readings.append(single) }
        return readings
    }

    /// The letters alone, if they are half of the text or more.
    var letters: Folded? {
        let letters = scalars.filter(\.isLetter)
        return letters.count * 2 >= count ? Folded(letters[...]) : nil
    }

    private var withoutSigns: Folded {
        let signs = scalars.filter { !$0.isLetter && !$0.isDigit }
        guard Set(signs).count <= 2 else { return self }
        return Folded(Scalars(scalars.filter { $0.isLetter || $0.isDigit }))
    }

    private var withoutEnds: Folded {
        guard let core = indices(where: \.isLetter) else { return Folded([]) }
        return Folded(scalars[core])
    }

    private var withoutDoubles: Folded {
        var single = Scalars()
        for scalar in scalars where scalar != single.last { single.append(scalar) }
        return Folded(single)
    }

    /// From the first scalar of a kind to the last one.
    func indices(where isKind: (Unicode.Scalar) -> Bool) -> ClosedRange<Int>? {
        guard let first = scalars.firstIndex(where: isKind), let last = scalars.lastIndex(where: isKind) else {
            return nil
        }
        return first...last
    }
}

extension Unicode.Scalar {
    /// A letter of any script, or a mark on one.
    var isLetter: Bool {
        switch properties.generalCategory {
        case .nonspacingMark, .spacingMark, .enclosingMark: true
        default: properties.isAlphabetic
        }
    }

    /// A decimal digit of any script.
    var isDigit: Bool { properties.generalCategory == .decimalNumber }
}
