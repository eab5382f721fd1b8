import KeelLanguage

/// A stretch of an answer that a measure counts.
public struct Finding: Hashable, Sendable {
    /// In the answer's text.
    public var range: Range<String.Index>
    /// What it counts as; several where measures find the same words.
    public var labels: [String]
}

extension Dimension {
    /// Everything that the dimension's measures count in the answers to one probe.
    ///
    /// - Parameters:
    ///   - answers: All that are there with their numbers, since variety looks at them together.
    ///   - probe: A probe of the dimension.
    ///   - judged: A judge's verdicts, for what it quotes.
    /// - Returns: For each answer, for each of its replies, stretches in order and disjoint.
    public func findings(
        in answers: [(sample: Int, answer: SampleRecord.Answer)], to probe: Probe,
        judged: JudgedAnswers? = nil
    ) -> [[[Finding]]] {
        let isVaried = measures.contains { $0.kind == .variety }
        let repeated =
            isVaried
            ? AnswerProfile.repeats(in: answers.map(\.answer.text)) : answers.map { _ in [] }
        return zip(answers, repeated).map { one, repeated in
            let quotes = measures.compactMap(\.rubric).flatMap { rubric in
                judged?.judgement(rubric: rubric, probe: probe.id, sample: one.sample).quotes ?? []
            }
            let replies = one.answer.replies
            return replies.indices.map { index in
                let text = replies[index].text
                let isLast = index == replies.count - 1
                var found = phrases(in: replies[index], of: probe, isLast: isLast)
                if isLast, isVaried {
                    found += Verse(text).rhymes.map { Finding(range: $0, labels: ["rhyme"]) }
                }
                var all = Finding.joined(found)
                all.fill(with: quotes.flatMap { Words.ranges(of: $0, in: text) }, "judge", in: text)
                if isLast { all.fill(with: repeated, "in another answer too", in: text) }
                return all
            }
        }
    }

    /// What counters and rules find; a rule reads the last reply, a talk's measure each of them.
    private func phrases(
        in reply: SampleRecord.Reply, of probe: Probe, isLast: Bool
    ) -> [Finding] {
        var found: [Finding] = []
        for measure in measures {
            switch measure.kind {
            case .counter:
                found += counted(measure.counter, in: reply)
            case .mirror where isLast:
                guard case .counter(let id) = measure.quantity else { continue }
                found += counted(id, in: reply)
            case .talk,
                .rule where isLast:
                for (phrases, label) in [
                    (probe.behaviour, "behaviour"), (probe.opposite, "opposite error"),
                ] {
                    found += phrases.matches(in: reply.text).map {
                        Finding(range: $0, labels: [label])
                    }
                }
            case .gap, .mirror, .rule, .drift, .variety, .length, .judge: break
            }
        }
        return found
    }

    private func counted(_ id: String?, in reply: SampleRecord.Reply) -> [Finding] {
        guard let counter = id.flatMap(Counter.named),
            !(counter.needsEnding && reply.finish == .length)
        else { return [] }
        return counter.matches(in: reply.text).map {
            Finding(range: $0, labels: [counter.title])
        }
    }
}

extension Finding {
    /// Stretches that overlap, as one with all their labels.
    fileprivate static func joined(_ found: [Finding]) -> [Finding] {
        let order = found.filter { !$0.range.isEmpty }
            .sorted { $0.range.lowerBound < $1.range.lowerBound }
        return order.reduce(into: []) { joined, next in
            guard let last = joined.last, next.range.lowerBound < last.range.upperBound else {
                return joined.append(next)
            }
            let end = max(last.range.upperBound, next.range.upperBound)
            joined[joined.count - 1] = Finding(
                range: last.range.lowerBound..<end,
                labels: last.labels + next.labels.filter { !last.labels.contains($0) })
        }
    }
}

extension [Finding] {
    /// Adds long stretches where nothing else is found in them.
    fileprivate mutating func fill(
        with stretches: [Range<String.Index>], _ label: String, in text: String
    ) {
        for stretch in stretches {
            var start = stretch.lowerBound
            let inside = map(\.range).filter { $0.overlaps(stretch) }
            for end in inside + [stretch.upperBound..<stretch.upperBound] {
                if start < end.lowerBound,
                    text[start..<end.lowerBound].contains(where: \.isLetter)
                {
                    append(Finding(range: start..<end.lowerBound, labels: [label]))
                }
                start = Swift.max(start, end.upperBound)
            }
            sort { $0.range.lowerBound < $1.range.lowerBound }
        }
    }
}

extension Words {
    /// Where the words of a quote stand in a text, in a row.
    fileprivate static func ranges(of quote: String, in text: String) -> [Range<String.Index>] {
        let wanted = Words(quote).words.map(\.text)
        let there = Words(text).words
        guard !wanted.isEmpty, wanted.count <= there.count else { return [] }
        return (0...there.count - wanted.count).lazy
            .map { $0..<$0 + wanted.count }
            .first { there[$0].map(\.text) == wanted }
            .map { [there.textRange(of: $0)] } ?? []
    }
}

extension AnswerProfile {
    /// Where in each text runs of four words stand that another text has too.
    static func repeats(in texts: [String]) -> [[Range<String.Index>]] {
        let split = texts.map { Words($0).words }
        func runs(_ words: [Words.Word]) -> [[String]] {
            words.count < 4 ? [] : (0...words.count - 4).map { words[$0..<$0 + 4].map(\.text) }
        }
        var counts: [[String]: Int] = [:]
        for words in split { for run in Set(runs(words)) { counts[run, default: 0] += 1 } }
        return split.map { words in
            var ranges: [Range<Int>] = []
            for (start, run) in runs(words).enumerated() where counts[run] != 1 {
                if let last = ranges.last, start <= last.upperBound {
                    ranges[ranges.count - 1] = last.lowerBound..<start + 4
                } else {
                    ranges.append(start..<start + 4)
                }
            }
            return ranges.map { words.textRange(of: $0) }
        }
    }
}
