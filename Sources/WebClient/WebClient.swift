/// The browser client and the API documents, as they are served.
package enum WebClient {
    /// One file, as it was when the server was compiled.
    package struct File: Sendable {
        /// Its path is `/` and this.
        package let name: String
        /// The header `Content-Type`, chosen by the name's ending.
        package let contentType: String
        /// All of it; every file is text.
        package let text: String
    }

    /// All files; `index.html` is also what `/` shows.
    package static let files: [File] = EmbeddedFiles.all.map { file in
        File(name: file.name, contentType: contentType(of: file.name), text: file.text)
    }

    private static func contentType(of name: String) -> String {
        switch name.split(separator: ".").last {
        case "html": "text/html; charset=utf-8"
        case "js": "text/javascript; charset=utf-8"
        case "css": "text/css; charset=utf-8"
        case "svg": "image/svg+xml"
        case "json": "application/json"
        case "webmanifest": "application/manifest+json"
        case "yaml": "application/yaml"
        default: "text/plain; charset=utf-8"
        }
    }
}
