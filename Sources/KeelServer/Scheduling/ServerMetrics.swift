internal import Foundation
internal import Synchronization

/// Counts what happens, in the text format of Prometheus.
///
/// Nothing of it is personal.
final class ServerMetrics: Sendable {
    private struct Series: Hashable {
        var name: String
        /// Written `{key="value"}`, keys in order.
        var labels: String
    }

    private struct Histogram {
        var counts = [Int](repeating: 0, count: bounds.count + 1)
        var sum = 0.0
    }

    private struct State {
        var counters: [Series: Int] = [:]
        var histograms: [String: Histogram] = [:]
    }

    private static let bounds = [
        0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300,
    ]
    private static let help = [
        "keel_requests_total": "HTTP requests by route and status.",
        "keel_answers_total": "Answers by model and by how they ended.",
        "keel_tokens_total": "Tokens read (prompt) and written (completion).",
        "keel_fallbacks_total": "Requests that the next engine was asked for.",
        "keel_guardian_failures_total": "Failures that a guardian had, or stood in for, by part.",
        "keel_first_token_seconds": "Time from a request to the first piece of its answer.",
        "keel_request_seconds": "Time from a request for answers to their end.",
        "keel_requests_running": "Answers that are being written.",
        "keel_requests_waiting": "Requests that wait for their turn.",
        "keel_up": "1 while the server takes requests, 0 while it stops.",
    ]

    private let state = Mutex(State())

    func count(_ name: String, _ labels: [String: String] = [:], by amount: Int = 1) {
        let series = Series(name: name, labels: Self.text(labels))
        state.withLock { $0.counters[series, default: 0] += amount }
    }

    func observe(_ name: String, _ time: Duration) {
        let seconds = time / .seconds(1)
        let bucket = Self.bounds.firstIndex { seconds <= $0 } ?? Self.bounds.count
        state.withLock { state in
            state.histograms[name, default: Histogram()].counts[bucket] += 1
            state.histograms[name, default: Histogram()].sum += seconds
        }
    }

    /// All that was counted, and values of the moment.
    func text(gauges: [(name: String, labels: [String: String], value: Int)]) -> String {
        let state = state.withLock { $0 }
        var lines: [String] = []
        func head(_ name: String, _ type: String) {
            lines.append("# HELP \(name) \(Self.help[name] ?? name)")
            lines.append("# TYPE \(name) \(type)")
        }
        let counters = Dictionary(grouping: state.counters, by: \.key.name)
        for (name, all) in counters.sorted(by: { $0.key < $1.key }) {
            head(name, "counter")
            for (series, count) in all.sorted(by: { $0.key.labels < $1.key.labels }) {
                lines.append("\(name)\(series.labels) \(count)")
            }
        }
        for (name, histogram) in state.histograms.sorted(by: { $0.key < $1.key }) {
            head(name, "histogram")
            var total = 0
            for (bound, count) in zip(Self.bounds, histogram.counts) {
                total += count
                lines.append("\(name)_bucket{le=\"\(bound)\"} \(total)")
            }
            total += histogram.counts[Self.bounds.count]
            lines.append("\(name)_bucket{le=\"+Inf\"} \(total)")
            lines.append("\(name)_sum \(histogram.sum)")
            lines.append("\(name)_count \(total)")
        }
        for (name, all) in Dictionary(grouping: gauges, by: \.name).sorted(by: { $0.key < $1.key })
        {
            head(name, "gauge")
            lines += all.map { "\(name)\(Self.text($0.labels)) \($0.value)" }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func text(_ labels: [String: String]) -> String {
        guard !labels.isEmpty else { return "" }
        let pairs = labels.sorted { $0.key < $1.key }.map { key, value in
            let safe = value.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
                .replacing("\n", with: "\\n")
            return "\(key)=\"\(safe)\""
        }
        return "{\(pairs.joined(separator: ","))}"
    }
}
