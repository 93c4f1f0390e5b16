import ArgumentParser

/// Why something that cannot be undone was not done.
enum ConfirmationError: Error, Equatable, CustomStringConvertible {
    case nobodyToAsk(what: String)
    case notConfirmed

    var description: String {
        switch self {
        case .nobodyToAsk(let what): "This deletes \(what); without a terminal to ask on, add --yes."
        case .notConfirmed: "Nothing was changed: the name was not typed."
        }
    }
}

/// The question before something that cannot be undone.
enum Confirmation {
    /// Returns if a person has typed the name, or `--yes` was given.
    /// - Parameters:
    ///   - what: what will be gone, as part of a sentence.
    ///   - name: what has to be typed.
    ///   - yes: whether nobody is to be asked.
    /// - Throws: ``ConfirmationError``.
    static func destroying(what: String, type name: String, yes: Bool) throws(ConfirmationError) {
        guard !yes else { return }
        guard let answer = Terminal.ask("This deletes \(what). Type \(name) to go on:") else {
            throw .nobodyToAsk(what: what)
        }
        guard answer == name else { throw .notConfirmed }
    }
}

/// The flag that stands for the answer.
struct ConfirmationOptions: ParsableArguments {
    @Flag(help: "Do not ask.") var yes = false
}
