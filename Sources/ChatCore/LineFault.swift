/// What is wrong with a ``Line``.
enum LineFault: Equatable {
    /// A control character, a tab or a line break.
    case control
    /// A character that shows nothing, or turns the direction of what follows.
    case invisible(Unicode.Scalar)
    /// No character, or one whose look is agreed in private.
    case unknown(Unicode.Scalar)
    /// More combining marks in a row than ``LineScan/mostMarks``, or one with nothing before it.
    case marks

    /// Cause and cure.
    func detail(of field: String) -> String {
        switch self {
        case .control:
            "\(field) is one line of text. Take out control characters, tabs and line breaks."
        case .invisible(let scalar):
            "\(field) holds \(Self.name(scalar)), which cannot be seen there. Take it out, or type the text anew."
        case .unknown(let scalar):
            "\(field) holds \(Self.name(scalar)), which is not a character of Unicode. Choose another one."
        case .marks:
            "\(field) holds a combining mark without a letter, or more than \(LineScan.mostMarks) in a row. Take some out."
        }
    }

    /// Such as U+00AD.
    private static func name(_ scalar: Unicode.Scalar) -> String {
        let digits = String(scalar.value, radix: 16, uppercase: true)
        return "U+" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    }
}
