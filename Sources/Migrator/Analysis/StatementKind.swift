/// What a plan knows the locks of. Everything else is taken for the strongest.
package enum StatementKind: String, Sendable, CaseIterable {
    case createTable, createTableWithReference, dropTable, truncate, renameTable, setSchema, owner
    case addColumn, addColumnWithReference, addColumnWithKey, dropColumn, columnType, setNotNull, dropNotNull
    case setDefault, dropDefault, columnStatistics, columnStorage, columnOptions, columnIdentity, renameColumn
    case addCheck, addForeignKey, addUnique, addPrimaryKey, addExclusion, addKeyUsingIndex
    case validateConstraint, dropConstraint, alterConstraint, renameConstraint
    case setOptions, triggerState, rowSecurity, replicaIdentity, setLogged
    case createIndex, createIndexConcurrently, dropIndex, dropIndexConcurrently, renameIndex
    case createFunction, dropFunction, createTrigger, dropTrigger
    case insert, update, delete, select, lockTable, setting
    case commentOnTable, commentOnColumn, commentOnConstraint, commentOnOther
    case createType, alterTypeAddValue, dropType, createExtension, createSchema
    case createView, dropView, createSequence, alterSequence, dropSequence, refreshMaterializedView
    case analyze, vacuum
}
