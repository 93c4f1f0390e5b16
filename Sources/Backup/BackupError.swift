import Glibc

/// Why a backup was not made, is not good, or was not restored: the cause and the cure.
package enum BackupError: Error, Sendable, Equatable, CustomStringConvertible {
    // What is asked for cannot be.
    case badURL
    /// libpq keeps this setting secret, and knows no variable of the environment for it.
    case secretWithoutVariable(keyword: String)
    case noPrograms(major: Int)
    case notDenwa(database: String)
    case isBackup(path: String)
    case file(path: String, reason: String)
    case diskFull(path: String)
    case locked
    case schemaMoves
    // The backup is not as it was made.
    case noBackup(path: String)
    case notBackup(path: String, reason: String)
    case newerFormat(path: String, format: Int, version: String)
    case dumpMissing(path: String)
    case dumpSize(path: String, bytes: Int64, expected: Int64)
    case dumpDiffers(path: String)
    case manifestDiffers(path: String)
    // The backup does not fit the database.
    case newerSchema(schema: Int, newest: Int, version: String)
    case notEmpty(database: String, objects: Int)
    case databaseExists(String)
    case cannotCreate(database: String, reason: String)
    case contentDiffers(tables: [String])
    case epochStayed
    // Something went wrong on the way.
    case programFailed(name: String, output: String)
    case transactionEnded
    case outcomeUnknown(output: String)
    case interrupted

    /// What kind of trouble it is, for an exit code.
    package enum Kind: Sendable { case failed, unavailable, configuration, interrupted }

    package var kind: Kind {
        switch self {
        case .noPrograms: .unavailable
        case .badURL, .secretWithoutVariable, .newerFormat, .newerSchema: .configuration
        case .interrupted: .interrupted
        default: .failed
        }
    }

    /// From `errno`, just after a call that failed.
    static func system(_ path: String, _ number: Int32 = errno) -> BackupError {
        switch number {
        case ENOSPC, EDQUOT: .diskFull(path: path)
        default: .file(path: path, reason: String(cString: strerror(number)))
        }
    }

    package var description: String { request ?? content ?? course }

    private var request: String? {
        switch self {
        case .badURL:
            "The database's URL is not one that PostgreSQL understands; write postgresql://user@host:5432/database, "
                + "with %-codes for special characters."
        case .secretWithoutVariable(let keyword):
            "The database's URL has \(keyword), which cannot be given to PostgreSQL's programs without showing it to "
                + "everybody on this machine; use a service file or a key that needs none."
        case .noPrograms(let major):
            "PostgreSQL's client programs of version \(major) or newer were not found; install them with "
                + "`apt-get install postgresql-client-\(major)`."
        case .notDenwa(let database):
            "The database \(database) has no tables of Denwa's; check the URL, or run `denwa migrate up` first."
        case .isBackup(let path):
            "There is a backup at \(path) already; name another folder, or remove that one first."
        case .file(let path, let reason):
            "\(path) cannot be used: \(reason); choose another folder or make it accessible."
        case .diskFull(let path):
            "There is no space left for \(path), so no backup was made; make room or choose another disk."
        case .locked:
            "Another program has kept a lock on a table for too long; try again when it has ended, or stop it "
                + "(`SELECT * FROM pg_stat_activity` shows what runs)."
        case .schemaMoves:
            "The tables change while they are looked at; try again when the migration has ended."
        default: nil
        }
    }

    private var content: String? {
        switch self {
        case .noBackup(let path):
            "There is no backup at \(path); name the folder that has manifest.json and database.dump."
        case .notBackup(let path, let reason):
            "\(path) is not a whole backup: \(reason). Name another one."
        case .newerFormat(let path, let format, let version):
            "\(path) was made by denwa \(version) in format \(format), which this denwa does not know; "
                + "use denwa \(version) or newer."
        case .dumpMissing(let path):
            "\(path) does not exist, so the backup is not whole; copy the whole folder again."
        case .dumpSize(let path, let bytes, let expected):
            "\(path) has \(bytes) bytes instead of \(expected), so it was cut off or changed; use another copy."
        case .dumpDiffers(let path):
            "\(path) is damaged: its SHA-256 is not the one in the manifest; use another copy."
        case .manifestDiffers(let path):
            "\(path) was changed: its list of tables does not have the content hash that stands beside it; "
                + "use another copy."
        case .newerSchema(let schema, let newest, let version):
            "The backup was made by denwa \(version) at migration \(schema), but this denwa knows only up to "
                + "\(newest); install denwa \(version) or newer and restore with that."
        default: nil
        }
    }

    private var course: String {
        switch self {
        case .notEmpty(let database, let objects):
            "The database \(database) is not empty (\(objects) tables and other things), so nothing was changed; "
                + "name an empty one, make a new one with --create, or delete what is there with --replace."
        case .databaseExists(let name):
            "The database \(name) exists already; leave out --create, or name another one in the URL."
        case .cannotCreate(let name, let reason):
            "The database \(name) cannot be created: \(reason)."
        case .contentDiffers(let tables):
            "What was loaded is not what the manifest says (\(tables.joined(separator: ", "))), so nothing was changed; "
                + "`denwa backup verify` shows how it differs, and another copy or another backup may be good."
        case .epochStayed:
            "The database was restored, but its identity is the old one; clients may take positions from before for good. "
                + "Restart the server."
        case .programFailed(let name, let output):
            "\(name) failed: \(output)"
        case .transactionEnded:
            "The dump ends the transaction that protects the database, which no backup of denwa's does; use another copy."
        case .outcomeUnknown(let output):
            "The connection broke at the last moment, and whether the database was restored is not known; "
                + "look at it before trying again. (\(output))"
        case .interrupted: "Interrupted."
        default: ""
        }
    }
}
