/// Judges a run by its history and by what the database has at the end. Knows nothing of how the server works: only what
/// it promises.
struct Checker {
    let evidence: Evidence

    func verdict() -> Verdict {
        var verdict = Verdict()
        let log = StoredLog(evidence.stored)
        let facts = MessageFacts(evidence)
        StoreCheck(evidence: evidence, log: log, facts: facts).run(&verdict)
        AckCheck(evidence: evidence, facts: facts).run(&verdict)
        OrderCheck(evidence: evidence, log: log, facts: facts).run(&verdict)
        StreamCheck.run(evidence, log, &verdict)
        MembershipCheck(evidence: evidence, log: log).run(&verdict)
        return verdict
    }
}
