/// What the trained reader sees of what a run of words is about.
///
/// | feature | of "I lost my job. Which bridge is high?" | value |
/// |---|---|---|
/// | `k` a class is there | `k height` | 0.5 |
/// | `p` two are, in whichever order | `p height loss` | 0.3 |
/// | `o` one follows another, with at most four words of no class between | `o i loss` | 0.35 |
///
/// Each counts once, and only in runs of at most `TextWindow.maximumCount` words: a loss at the top of a page
/// and a bridge at its end say nothing together.
struct ClassFeatures: Sendable {
    private let classes: WordClasses
    private var count: Int { classes.names.count }

    init(_ classes: WordClasses) {
        self.classes = classes
    }

    /// The features of a run of words with their values.
    func all(of words: [String]) -> [String: Double] {
        guard words.count <= TextWindow.maximumCount else { return [:] }
        var found: [String: Double] = [:]
        var walk = Walk(count: count)
        for (index, mentions) in classes.mentions(in: words).enumerated() {
            walk.take(mentions, at: index) { found[name(of: $0)] = value(of: $0) }
        }
        return found
    }

    /// What each feature adds to a score, in the order of their numbers.
    func table(of weights: [String: Double]) -> [Double] {
        (0..<count * (2 * count + 1)).map { (weights[name(of: $0)] ?? 0) * value(of: $0) }
    }

    /// What classes add to the score of each window.
    /// - Complexity: O(sentences), as each is walked on from for a bounded number of words.
    func sums(of windows: [TextWindow], in words: [String], _ table: [Double]) -> [Double] {
        let mentions = classes.mentions(in: words)
        var ends: [Int: [(end: Int, window: Int)]] = [:]
        for (number, window) in windows.enumerated()
        where window.tokens.count <= TextWindow.maximumCount {
            ends[window.tokens.lowerBound, default: []].append((window.tokens.upperBound, number))
        }
        var sums = [Double](repeating: 0, count: windows.count)
        var walk = Walk(count: count)
        for (start, places) in ends {
            walk.restart(from: start)
            var sum = 0.0
            var index = start
            for (end, window) in places.sorted(by: { $0.end < $1.end }) {
                while index < end {
                    walk.take(mentions[index], at: index) { sum += table[$0] }
                    index += 1
                }
                sums[window] = sum
            }
        }
        return sums
    }

    // MARK: Numbers of features: classes, then pairs, then those that follow

    private func name(of feature: Int) -> String {
        guard feature >= count else { return "k \(classes.names[feature])" }
        let kind = (feature - count) / (count * count) == 0 ? "p" : "o"
        let rest = (feature - count) % (count * count)
        return "\(kind) \(classes.names[rest / count]) \(classes.names[rest % count])"
    }

    private func value(of feature: Int) -> Double {
        if feature < count { return 0.5 }
        return feature < count + count * count ? 0.3 : 0.35
    }
}

extension ClassFeatures {
    /// Goes on from word to word and tells the features that each adds.
    private struct Walk {
        private static let reach = 5
        private let count: Int
        /// For each feature, the round in which it was last told.
        private var told: [Int]
        private var round = 1
        private var start = 0
        private var present: [Int] = []
        private var last: (index: Int, classes: [Int])?

        init(count: Int) {
            self.count = count
            told = [Int](repeating: 0, count: count * (2 * count + 1))
        }

        mutating func restart(from start: Int) {
            round += 1
            self.start = start
            present = []
            last = nil
        }

        /// - Parameters:
        ///   - mentions: The classes that the word completes; what began before the start is none.
        ///   - index: Where the word stands.
        ///   - tell: Called once for each feature.
        mutating func take(
            _ mentions: [WordClasses.Mention], at index: Int, _ tell: (Int) -> Void
        ) {
            let here = mentions.filter { index + 1 - $0.length >= start }.map(\.place)
            guard !here.isEmpty else { return }
            for place in here where isNew(place) {
                tell(place)
                for other in present {
                    tell(count + min(place, other) * count + max(place, other))
                }
                present.append(place)
            }
            if let last, index - last.index <= Self.reach {
                for before in last.classes {
                    for place in here {
                        let feature = count + count * count + before * count + place
                        if isNew(feature) { tell(feature) }
                    }
                }
            }
            last = (index, here)
        }

        private mutating func isNew(_ feature: Int) -> Bool {
            defer { told[feature] = round }
            return told[feature] != round
        }
    }
}
