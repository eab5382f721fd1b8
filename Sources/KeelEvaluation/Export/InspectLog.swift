/// The parts of Inspect AI's eval log (format version 2), each with the fields that Keel can fill.
///
/// Names are Inspect's, in camel case here and with underscores in the file
/// (`inspect_ai.log.EvalLog`).
enum InspectLog {
    /// What was asked of which model: `eval`.
    struct Spec: Encodable {
        struct Dataset: Encodable {
            var name: String
            var samples: Int
            var sampleIds: [String]
            var shuffled = false
        }

        struct Config: Encodable {
            var epochs: Int
            var epochsReducer = ["mean"]
        }

        struct Task: Encodable {
            var quick: Bool
            var samples: Int
            var suiteFingerprint: String
        }

        struct Scorer: Encodable {
            struct About: Encodable {
                var title: String
                var unit: String
                var better: String?
            }

            var name: String
            var metadata: About
        }

        var evalId: String
        var runId: String
        /// ISO 8601, UTC.
        var created: String
        var task: String
        var taskId: String
        var taskVersion: String
        var taskDescription: String
        var taskArgs: Task
        var solver = "generate"
        var dataset: Dataset
        var model: String
        var modelGenerateConfig: Generate
        var config: Config
        var packages: [String: String]
        var metadata: [String: String]
        var scorers: [Scorer]
    }

    /// How answers were drawn.
    struct Generate: Encodable {
        var maxTokens: Int
        var temperature: Double
        var topP: Double
        var topK: Int?
        var stopSeqs: [String]?
        var seed: UInt64
    }

    /// How a sample was made: `plan`.
    struct Plan: Encodable {
        struct Step: Encodable {
            var solver: String
            var params: [String: String]
        }

        var name = "plan"
        var steps: [Step]
        var config: Generate
    }

    /// The map, `results`: a score is a metric of Keel's, with a number for each dimension.
    struct Results: Encodable {
        struct Score: Encodable {
            var name: String
            var scorer: String
            var reducer = "mean"
            var scoredSamples: Int
            var unscoredSamples: Int
            var params: [String: String] = [:]
            var metrics: [String: Metric] = [:]
        }

        struct Metric: Encodable {
            struct About: Encodable {
                var low: Double?
                var high: Double?
                var level = 0.95
                var readings: Int
                var missing: Int
                var probes: Int
                var clusters: Int
                /// A judged rate without the judge's errors, where the judge was calibrated.
                var corrected: IntervalEstimate?
            }

            var name: String
            var value: Double
            var params: [String: String] = [:]
            var metadata: About
        }

        var totalSamples: Int
        var completedSamples: Int
        var scores: [Score]
    }

    /// When it was, and how much was generated: `stats`.
    struct Stats: Encodable {
        var startedAt: String
        var completedAt: String
        var modelUsage: [String: Usage]
    }

    /// Tokens; Keel does not count those of prompts.
    struct Usage: Encodable {
        var inputTokens = 0
        var outputTokens: Int
        var totalTokens: Int

        init(outputTokens: Int) {
            self.outputTokens = outputTokens
            totalTokens = outputTokens
        }
    }

    /// An answer, or the scores of a probe's written continuations.
    struct Sample: Encodable {
        struct About: Encodable {
            var dimension: String
            var cluster: String
            /// Scored continuations.
            var gap: SampleRecord.Gap?
            /// The same, scored after a talk.
            var gapAtEnd: SampleRecord.Gap?
            /// What a judge said, one for each rubric.
            var judged: [Judged]?
        }

        /// A judge's verdict by a rubric, or why there is none, and the votes it rests on.
        struct Judged: Encodable {
            struct Vote: Encodable {
                /// What the letters A, B, C stood for.
                var order: [Verdict]
                var reply: String?
                var logprobs: [Double]?
            }

            var rubric: String
            var verdict: Verdict?
            var missing: MissingVerdict?
            var votes: [Vote]
        }

        /// A reading of a metric, in its unit.
        struct Score: Encodable {
            struct About: Encodable {
                /// What was counted, in how many replies or tokens.
                var count: Double
                var exposure: Double
            }

            var value: Double
            /// What a judge quoted.
            var explanation: String?
            var metadata: About?
        }

        var id: String
        /// The number of the answer, counted from 1.
        var epoch: Int
        var input: [Message]
        var choices: [String]?
        var target: [String]
        var messages: [Message]
        var output: Output
        var scores: [String: Score]
        var metadata: About
        var modelUsage: [String: Usage]
        var uuid: String
    }

    struct Message: Encodable {
        var id: String
        var role: String
        var content: String
        /// `input` or `generate`.
        var source: String
        var model: String?
    }

    struct Output: Encodable {
        struct Choice: Encodable {
            var message: Message
            /// `stop` or `max_tokens`.
            var stopReason: String
        }

        var model: String
        var choices: [Choice]
        var completion: String
        var usage: Usage?
    }
}
