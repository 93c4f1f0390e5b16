extension Character {
    /// How many columns of a terminal it takes: 2 for East Asian wide and fullwidth characters (Unicode UAX #11) and emoji.
    var displayWidth: Int {
        guard let scalar = unicodeScalars.first else { return 0 }
        switch scalar.value {
        case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0x33FF, 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xA000...0xA4CF,
            0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE4F, 0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x1F300...0x1F64F,
            0x1F900...0x1F9FF, 0x20000...0x3FFFD:
            return 2
        default:
            return scalar.properties.generalCategory == .nonspacingMark ? 0 : 1
        }
    }
}

extension String {
    /// How many columns of a terminal it takes.
    var displayWidth: Int { reduce(0) { $0 + $1.displayWidth } }

    /// Cut to so many columns, with an ellipsis in the last one if something is missing.
    func fitted(to columns: Int) -> String {
        guard displayWidth > columns else { return self }
        var text = ""
        var used = 0
        for character in self {
            guard used + character.displayWidth <= columns - 1 else { break }
            text.append(character)
            used += character.displayWidth
        }
        return text + "…"
    }
}
