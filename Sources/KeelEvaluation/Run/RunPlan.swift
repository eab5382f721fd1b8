/// What a run asks: for each probe its continuations to score and its answers to sample.
struct RunPlan {
    struct Job: Sendable {
        enum Question: Sendable {
            /// Scores the written continuations.
            case gap
            /// Samples the answers of these numbers.
            case answers(Range<Int>)
        }

        var probe: Probe
        var question: Question

        /// How many records the job makes.
        var records: Int {
            switch question {
            case .gap: 1
            case .answers(let samples): samples.count
            }
        }
    }

    /// The most answers that one call asks for: what a kill can cost.
    private static let callLimit = 8

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

    /// The jobs that are left when `done` is there, in the order of the suite.
    func jobs(without done: Set<SampleRecord.Key>) -> [Job] {
        let left = keys.subtracting(done)
        return suite.dimensions.flatMap(\.probes).flatMap { probe in
            var jobs: [Job] = []
            if left.contains(.init(probe: probe.id, sample: 0, isGap: true)) {
                jobs.append(Job(probe: probe, question: .gap))
            }
            let missing = (0..<samples).filter {
                left.contains(.init(probe: probe.id, sample: $0, isGap: false))
            }
            return jobs + Self.ranges(missing).map { Job(probe: probe, question: .answers($0)) }
        }
    }

    /// Joins neighbours, up to the limit of a call.
    private static func ranges(_ numbers: [Int]) -> [Range<Int>] {
        var ranges: [Range<Int>] = []
        for number in numbers {
            if let last = ranges.last, last.upperBound == number, last.count < callLimit {
                ranges[ranges.count - 1] = last.lowerBound..<number + 1
            } else {
                ranges.append(number..<number + 1)
            }
        }
        return ranges
    }
}
