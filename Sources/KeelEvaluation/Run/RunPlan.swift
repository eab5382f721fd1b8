/// What a run asks: for each probe its continuations to score and its answers to sample.
struct RunPlan {
    struct Job: Sendable {
        enum Question: Sendable {
            /// Scores the written continuations.
            case gap
            /// Samples the answers of these numbers.
            case answers(Range<Int>)
            /// Has the talk of this number.
            case talk(sample: Int, scoresEnd: Bool)
        }

        var probe: Probe
        var question: Question

        var isTalk: Bool {
            if case .talk = question { true } else { false }
        }
    }

    private(set) var keys: Set<SampleRecord.Key> = []
    private let suite: Suite
    private let samples: Int

    init(_ suite: Suite, samples: Int) {
        self.suite = suite
        self.samples = samples
        for dimension in suite.dimensions {
            for probe in dimension.probes {
                if dimension.scores(probe) {
                    keys.insert(.init(probe: probe.id, sample: 0, isGap: true))
                }
                if dimension.samples(probe) {
                    for sample in 0..<samples {
                        keys.insert(.init(probe: probe.id, sample: sample, isGap: false))
                    }
                }
            }
        }
    }

    /// The jobs that are left when `done` is there: talks first, then in the order of the suite.
    ///
    /// The turns of a talk wait for one another; begun last, talks would be waited for alone.
    func jobs(without done: Set<SampleRecord.Key>, answersPerCall: Int) -> [Job] {
        let left = keys.subtracting(done)
        let jobs = suite.dimensions.flatMap { dimension in
            dimension.probes.flatMap { probe in
                var questions: [Job.Question] = []
                if left.contains(.init(probe: probe.id, sample: 0, isGap: true)) {
                    questions.append(.gap)
                }
                let missing = (0..<samples).filter {
                    left.contains(.init(probe: probe.id, sample: $0, isGap: false))
                }
                if probe.talk.isEmpty {
                    questions += Self.ranges(missing, limit: max(1, answersPerCall)).map {
                        .answers($0)
                    }
                } else {
                    questions += missing.map {
                        .talk(sample: $0, scoresEnd: dimension.scoresEnd(probe))
                    }
                }
                return questions.map { Job(probe: probe, question: $0) }
            }
        }
        return jobs.filter(\.isTalk) + jobs.filter { !$0.isTalk }
    }

    /// Joins neighbours, up to the limit of a call.
    private static func ranges(_ numbers: [Int], limit: Int) -> [Range<Int>] {
        var ranges: [Range<Int>] = []
        for number in numbers {
            if let last = ranges.last, last.upperBound == number, last.count < limit {
                ranges[ranges.count - 1] = last.lowerBound..<number + 1
            } else {
                ranges.append(number..<number + 1)
            }
        }
        return ranges
    }
}
