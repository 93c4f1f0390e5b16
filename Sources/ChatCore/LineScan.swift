/// Looks through the characters of a ``Line``.
///
/// Which characters are known and which are emoji is up to the Unicode version of the standard library.
struct LineScan {
    /// Most combining marks in a row (UTS 39, section 5.4).
    static let mostMarks = 4

    private let scalars: [Unicode.Scalar]

    init(_ scalars: [Unicode.Scalar]) { self.scalars = scalars }

    /// The first thing wrong, if anything is.
    var fault: LineFault? {
        if scalars.first?.isMark == true { return .marks }
        var marks = 0
        for (index, scalar) in scalars.enumerated() {
            if let fault = fault(of: scalar, at: index) { return fault }
            // Joiners and selectors end no row of marks, or they could make one endless.
            if scalar.isInvisible { continue }
            marks = scalar.isMark ? marks + 1 : 0
            guard marks <= Self.mostMarks else { return .marks }
        }
        return nil
    }

    private func fault(of scalar: Unicode.Scalar, at index: Int) -> LineFault? {
        switch scalar.properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator: return .control
        case _ where scalar.isInvisible: return isNeeded(scalar, at: index) ? nil : .invisible(scalar)
        case .unassigned, .privateUse, .surrogate: return .unknown(scalar)
        default: return nil
        }
    }

    /// Whether an invisible character changes how its neighbours look, as it is meant to.
    private func isNeeded(_ scalar: Unicode.Scalar, at index: Int) -> Bool {
        guard index > 0 else { return false }
        let previous = scalars[index - 1]
        let next = index + 1 < scalars.count ? scalars[index + 1] : nil
        switch scalar.value {
        case 0x200C: return joinsLetters(previous, next)
        case 0x200D: return joinsLetters(previous, next) || joinsEmoji(index, next)
        case 0xFE0E, 0xFE0F: return previous.isPictograph || previous.properties.isEmoji && next == "\u{20E3}"
        // A certain form of an ideograph, as in many a Japanese name (Unicode's Ideographic Variation Database).
        case 0xE0100...0xE01EF: return previous.properties.isIdeographic
        default: return false
        }
    }

    /// A joiner after a virama, or between two letters or marks of an Arabic or an Indic script.
    ///
    /// A short form of RFC 5892, appendix A, for want of joining types, and with the joiner before the virama that
    /// Bengali has.
    private func joinsLetters(_ previous: Unicode.Scalar, _ next: Unicode.Scalar?) -> Bool {
        if previous.properties.canonicalCombiningClass == .virama { return true }
        guard let next else { return false }
        return previous.isArabicLetter && next.isArabicLetter || previous.isIndicLetter && next.isIndicLetter
    }

    /// A joiner between two emoji, such as the members of a family; the first may have a selector (UTS 51).
    private func joinsEmoji(_ index: Int, _ next: Unicode.Scalar?) -> Bool {
        let hasSelector = index > 1 && scalars[index - 1] == "\u{FE0F}"
        return scalars[hasSelector ? index - 2 : index - 1].isPictograph && next?.isPictograph == true
    }
}

extension Unicode.Scalar {
    fileprivate var isMark: Bool {
        switch properties.generalCategory {
        case .nonspacingMark, .spacingMark, .enclosingMark: true
        default: false
        }
    }

    /// Shows nothing by itself: formats (with them the controls of direction), all that Unicode says to ignore where it
    /// is not supported (with it fillers, tags and selectors), the empty Braille pattern, and the mark of a lost object.
    fileprivate var isInvisible: Bool {
        properties.generalCategory == .format || properties.isDefaultIgnorableCodePoint || value == 0x2800
            || value == 0xFFFC
    }

    /// An emoji besides the ASCII ones, which are digits, `#` and `*`.
    fileprivate var isPictograph: Bool { properties.isEmoji && !isASCII }

    /// Of the blocks from Arabic to Arabic Extended-A, with Syriac, N'Ko and others between them.
    fileprivate var isArabicLetter: Bool { (0x0600...0x08FF).contains(value) && isLetterOrMark }

    /// Of the blocks from Devanagari to Sinhala.
    fileprivate var isIndicLetter: Bool { (0x0900...0x0DFF).contains(value) && isLetterOrMark }

    private var isLetterOrMark: Bool { properties.isAlphabetic || isMark }
}
