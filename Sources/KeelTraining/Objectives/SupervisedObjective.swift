public import KeelModel
import KeelTensor

/// Supervised fine-tuning: minus the mean log-probability of the tokens to be produced, in nats.
public final class SupervisedObjective: Objective {
    private let model: Transformer

    public init(_ model: Transformer) {
        self.model = model
    }

    public func items(for rows: [Example], step: Int) -> [Example] { rows }
    public func weight(of item: Example) -> Double { Double(item.targetCount) }
    public func tokens(of item: Example) -> Int { item.tokens.count }

    public func loss(of items: [Example], _ pass: ForwardPass) throws -> Loss {
        let batch = PackedBatch(items)
        let (values, areLikeliest) = try batch.logProbabilities(model, pass)
        let sum = try -values.sum()
        var means = Means()
        let count = Double(batch.targetCounts.reduce(0, +))
        means.add("loss", sum: try sum.item(), weight: count)
        means.add(
            "mean_token_accuracy", sum: try areLikeliest.to(.float32).sum().item(), weight: count)
        return Loss(sum: sum, means: means)
    }
}
