import Foundation
import KeelModel
import KeelTensor
import KeelTraining
import Testing

/// What a step minimises, and in which order and at which rate steps come.
@Suite struct LossTests {
    @Test func `preferences begin at ln 2, the reference being the model without its adapter`()
        throws
    {
        let (language, adapter) = try Golden.adapted()
        let objective = PreferenceObjective(language.model, adapter: adapter)
        let items = try objective.items(for: Golden.pairs(language), step: 0)
        let loss = try objective.loss(of: items, ForwardPass())
        #expect(abs(try loss.sum.item() / Double(items.count) - log(2)) < 1e-5)
        #expect(loss.means.values["rewards/margins"].map { abs($0) < 1e-4 } == true)
    }

    @Test func `every row is seen once an epoch, in an order that only the seed decides`() {
        let order = DataOrder(count: 10, batchSize: 4, seed: 3)
        let epochs = (0..<2).map { epoch in (0..<3).flatMap { order.batch(epoch * 3 + $0) } }
        for epoch in epochs { #expect(epoch.sorted() == Array(0..<10)) }
        #expect(epochs[0] != epochs[1])
        #expect(order.batch(4) == DataOrder(count: 10, batchSize: 4, seed: 3).batch(4))
        #expect(DataOrder(count: 10, batchSize: 4, seed: 4).batch(0) != order.batch(0))
    }

    @Test func `a step may ask for more rows than there are, however many`() {
        for size in [10, 11, Int.max] {
            let order = DataOrder(count: 10, batchSize: size, seed: 3)
            #expect(order.stepsPerEpoch == 1)
            #expect(order.batch(1).sorted() == Array(0..<10))
        }
    }

    @Test func `schedules are those of transformers`() {
        #expect(Schedule.linear.share(step: 1, warmup: 4, total: 10) == 0.25)
        #expect(Schedule.linear.share(step: 7, warmup: 4, total: 10) == 0.5)
        #expect(abs(Schedule.cosine.share(step: 5, warmup: 0, total: 10) - 0.5) < 1e-12)
        #expect(Schedule.cosine.share(step: 10, warmup: 0, total: 10) < 1e-12)
        #expect(Schedule.constant.share(step: 9, warmup: 0, total: 10) == 1)
    }

    @Test func `the likelihood term is a mean over each chosen answer, and has its gradient`()
        throws
    {
        let (language, adapter) = try Golden.adapted()
        let pairs = Array(try Golden.pairs(language).prefix(4))
        let lengths = pairs.map { Double($0.chosen.targetCount) }
        #expect(Set(lengths).count > 1)
        var options = PreferenceObjective.Options()
        let plain = PreferenceObjective(language.model, adapter: adapter, options: options)
        options.likelihoodWeight = 0.5
        let kept = PreferenceObjective(language.model, adapter: adapter, options: options)
        let items = try kept.items(for: pairs, step: 0)
        func term() throws -> Tensor {
            try kept.loss(of: items, ForwardPass()).sum - plain.loss(of: items, ForwardPass()).sum
        }
        var wanted = 0.0
        for (item, length) in zip(items, lengths) {
            let means = try plain.loss(of: [item], ForwardPass()).means.values
            wanted -= 0.5 * (try #require(means["logps/chosen"])) / length
        }
        #expect(abs(try term().item() - wanted) < 1e-4)
        let slopes = try Golden.slopes(adapter.parameters.map(\.value), term)
        #expect(abs(slopes.difference - slopes.gradient) < 0.01 * slopes.gradient, "\(slopes)")
    }

    @Test(arguments: PreferenceLoss.allCases)
    func `a preference loss has the gradient of its formula`(_ loss: PreferenceLoss) throws {
        let (lengths, p) = try (Tensor([3, 5] as [Double]), Tensor([0.8, 0.9] as [Double]))
        func value(_ chosen: [Double]) throws -> (Tensor, Tensor) {
            let chosen = try Tensor(chosen)
            try chosen.requireGradient()
            return (
                chosen,
                try loss(
                    chosen: chosen, rejected: Tensor([0.3, -0.2] as [Double]),
                    chosenLengths: lengths, rejectedLengths: lengths, probabilities: p, beta: 0.7
                ).sum()
            )
        }
        let (chosen, sum) = try value([0.5, -1])
        try sum.backward()
        let gradient: [Double] = try #require(chosen.gradient).array()
        for index in 0..<2 {
            func moved(_ step: Double) throws -> Double {
                var at = [0.5, -1.0]
                at[index] += step
                return try value(at).1.item()
            }
            let numeric = try (moved(1e-5) - moved(-1e-5)) / 2e-5
            #expect(abs(gradient[index] - numeric) < 1e-8)
        }
    }
}
