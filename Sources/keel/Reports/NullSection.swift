import KeelEvaluation
import KeelReport

/// The same model against itself under another seed: what chance alone does.
struct NullSection {
    var null: Comparison

    func section() -> Page.Section {
        let found = null.found
        let gaps = null.changes.filter { $0.metric.id == "gap" || $0.metric.id == "mirror" }
        let same = gaps.count { $0.verdict == .identical }
        return Page.Section(
            "What chance alone does", anchor: "null",
            [
                .callout(
                    Callout(
                        found.isEmpty ? .verdict : .warning,
                        title: found.isEmpty
                            ? "The same model is no different from itself"
                            : "\(found.count) measures differ by chance alone",
                        """
                        The model was mapped again under another seed and compared with itself, as two models would \
                        be: paired by probe, adjusted over the measures tested. \(same) of \
                        \(gaps.count) gaps are identical, as all must be: no sampling is in them. \
                        \(null.causes)
                        """)),
                .details(
                    Details(
                        "All \(null.changes.count) measures of the comparison", isDeferred: true,
                        [.table(ChangeTable(changes: null.changes).table())])),
            ])
    }
}
