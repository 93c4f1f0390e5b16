import Glibc

/// Data goes to the standard output, talk to the standard error.
enum Terminal {
    /// One line of data.
    static func data(_ line: String) {
        write(line + "\n", to: STDOUT_FILENO)
    }

    /// A table as data: as wide as the terminal, or whole where there is none.
    static func data(_ table: TextTable) {
        data(table.lines(width: width(STDOUT_FILENO)).joined(separator: "\n"))
    }

    /// One line of talk.
    static func say(_ line: String) {
        write(line + "\n", to: STDERR_FILENO)
    }

    /// Asks a person.
    /// - Returns: the answer, or `nil` if there is nobody to ask.
    static func ask(_ question: String) -> String? {
        guard isatty(STDIN_FILENO) == 1 else { return nil }
        say(question)
        return readLine()
    }

    /// Asks a person for something that nobody else should read on the screen.
    /// - Returns: the answer, or `nil` if there is nobody to ask.
    static func askSecret(_ question: String) -> String? {
        guard isatty(STDIN_FILENO) == 1 else { return nil }
        var former = termios()
        guard tcgetattr(STDIN_FILENO, &former) == 0 else { return nil }
        var silent = former
        silent.c_lflag &= ~tcflag_t(ECHO)
        // First, because what was typed before is thrown away.
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent)
        write(question + " ", to: STDERR_FILENO)
        defer {
            tcsetattr(STDIN_FILENO, TCSAFLUSH, &former)
            write("\n", to: STDERR_FILENO)
        }
        return readLine()
    }

    /// Whether a person looks at it, on a terminal that understands more than lines.
    static func isInteractive(_ descriptor: Int32) -> Bool {
        guard isatty(descriptor) == 1 else { return false }
        return getenv("TERM").map { String(cString: $0) } != "dumb"
    }

    /// Columns of the terminal behind a descriptor; `nil` if it is none.
    static func width(_ descriptor: Int32) -> Int? {
        guard isatty(descriptor) == 1 else { return nil }
        var size = winsize()
        guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
        return Int(size.ws_col)
    }

    /// Text as it is. Unbuffered, so that a program that reads us sees a line at once.
    static func write(_ text: String, to descriptor: Int32) {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }
}
