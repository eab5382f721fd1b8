extension Run {
    /// What the judge said of each answer, in the order of the rubrics.
    /// - Throws: As `judged()`.
    func verdicts(
        on records: [SampleRecord], _ judged: JudgedAnswers?
    ) throws -> [SampleRecord.Key: [InspectLog.Sample.Judged]] {
        guard let judged else { return [:] }
        let questions = judgeQuestions(records)
        let votes = try JudgeLog<Verdict>(reading: folder).votes(on: questions)
        var verdicts: [SampleRecord.Key: [InspectLog.Sample.Judged]] = [:]
        for (question, votes) in zip(questions, votes) {
            let found = judged.judgement(
                rubric: question.rubric.id, probe: question.probe, sample: question.sample)
            verdicts[
                .init(probe: question.probe, sample: question.sample, isGap: false), default: []
            ].append(
                .init(
                    rubric: question.rubric.id, verdict: found.choice, missing: found.missing,
                    votes: votes.map {
                        .init(order: $0.order, reply: $0.reply, logprobs: $0.logprobs)
                    }))
        }
        return verdicts
    }
}
