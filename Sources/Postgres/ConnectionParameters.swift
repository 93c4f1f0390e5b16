import CLibPQ

/// What a database's URL says, taken apart: for programs of PostgreSQL's that have to reach the same database and must not
/// be given a password where everybody reads their arguments.
package struct ConnectionParameters: Sendable, Equatable {
    private struct Parameter: Sendable, Equatable {
        let keyword: String
        var value: String
        /// `password`, and what else libpq says has to be hidden.
        var isSecret = false
        /// The variable of the environment that stands for it, if there is one.
        var variable: String?
    }

    private var parameters: [Parameter]

    /// - Parameter url: what ``Connection`` takes: a URI, `keyword=value` pairs, or the name of a database alone.
    /// - Returns: `nil` if libpq does not understand it. Its own message would repeat the text, and with it a password.
    package init?(url: String) {
        guard url.contains("=") || url.hasPrefix("postgresql://") || url.hasPrefix("postgres://") else {
            parameters = [Parameter(keyword: "dbname", value: url)]
            return
        }
        var message: UnsafeMutablePointer<CChar>?
        guard let options = PQconninfoParse(url, &message) else {
            PQfreemem(message)
            return nil
        }
        defer { PQconninfoFree(options) }
        parameters = []
        var option = options
        while let keyword = option.pointee.keyword {
            if let value = option.pointee.val {
                let isSecret = option.pointee.dispchar.map { String(cString: $0) } == "*"
                let variable = option.pointee.envvar.map { String(cString: $0) }
                parameters.append(
                    Parameter(
                        keyword: String(cString: keyword), value: String(cString: value), isSecret: isSecret,
                        variable: variable))
            }
            option += 1
        }
    }

    /// The database's name; `nil` if libpq is left to choose.
    package var database: String? { parameters.first { $0.keyword == "dbname" }?.value }

    /// The same server and user with another database.
    package func with(database: String) -> ConnectionParameters {
        var copy = self
        copy.parameters.removeAll { $0.keyword == "dbname" }
        copy.parameters.append(Parameter(keyword: "dbname", value: database))
        return copy
    }

    /// For ``Connection``. Holds the secrets: never for an argument, a log or an error.
    package var url: String { Self.text(parameters) }

    /// For the arguments of a program, which gets ``environment`` too.
    package var argument: String { Self.text(parameters.filter { !$0.isSecret }) }

    /// The secrets as variables for the environment of a program.
    package var environment: [String: String] {
        let pairs = parameters.compactMap { parameter in
            parameter.isSecret ? parameter.variable.map { ($0, parameter.value) } : nil
        }
        return Dictionary(pairs, uniquingKeysWith: { _, last in last })
    }

    /// Keywords of secrets for which there is no variable, so that no other program can be given them.
    package var withoutVariable: [String] {
        parameters.filter { $0.isSecret && $0.variable == nil }.map(\.keyword)
    }

    private static func text(_ parameters: [Parameter]) -> String {
        parameters.map { parameter in
            let value = parameter.value.replacing("\\", with: "\\\\").replacing("'", with: "\\'")
            return "\(parameter.keyword)='\(value)'"
        }.joined(separator: " ")
    }
}
