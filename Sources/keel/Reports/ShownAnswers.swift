package import KeelEvaluation

/// Which answers a page holds: all, or the first few of each probe where all would be too many.
package struct ShownAnswers {
    /// Answers of this number and above are left out; nil where none are.
    package let limit: Int?
    /// Answers that a page shows, and answers there are.
    package let shown: Int
    package let total: Int

    /// UTF-8 bytes of answers.
    ///
    /// A page takes less than half of them, and up to 1.5 MB for the rest of a large suite, so it
    /// stays below 5 MB.
    package static let budget = 7_000_000

    /// - Parameters:
    ///   - records: The samples of a run.
    ///   - budget: The most bytes of text, unless one answer to each probe is more.
    package init(_ records: [SampleRecord], budget: Int = Self.budget) {
        var bytes: [Int: Int] = [:]
        var counts: [Int: Int] = [:]
        for record in records {
            guard case .answer(let answer) = record.content else { continue }
            let said = (answer.talk ?? []).reduce(0) {
                $0 + $1.text.utf8.count + $1.user.utf8.count
            }
            bytes[record.sample, default: 0] += answer.text.utf8.count + said
            counts[record.sample, default: 0] += 1
        }
        var (used, kept) = (0, 0)
        var limit: Int?
        for sample in bytes.keys.sorted() {
            used += bytes[sample] ?? 0
            if used > budget, kept > 0 {
                limit = sample
                break
            }
            kept += counts[sample] ?? 0
        }
        self.limit = limit
        shown = kept
        total = counts.values.reduce(0, +)
    }

    /// What is shown of the records.
    package func of(_ records: [SampleRecord]) -> [SampleRecord] {
        guard let limit else { return records }
        return records.filter { record in
            if case .answer = record.content { record.sample < limit } else { true }
        }
    }

    /// What is left out, in a sentence; nil where nothing is.
    package var remark: String? {
        limit.map { limit in
            """
            This page shows \(shown) of \(total) answers, the first \(limit) to each probe by their numbers; all of \
            them would make it too large to open. All are counted, and all are in samples.jsonl.
            """
        }
    }
}
