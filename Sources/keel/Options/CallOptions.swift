import ArgumentParser
import KeelLanguage
import KeelRemote

/// How a model behind an address is asked, and what may be spent.
struct CallOptions: ParsableArguments {
    @Option(help: "Requests at a time to a model behind an address.")
    var concurrency = 16

    @Option(help: "Seconds that one request to an address may take.")
    var timeout = 600.0

    @Option(help: "Stop when so many tokens, read and written, are spent in this sitting.")
    var maxTotalTokens: Int?

    @Option(help: "Stop when so much is spent in this sitting, in the currency of the prices.")
    var maxCost: Double?

    @Option(help: "Price of a million tokens that are read.")
    var promptPrice: Double?

    @Option(help: "Price of a million tokens that are written.")
    var completionPrice: Double?

    func limits() throws -> RemoteLimits {
        guard timeout > 0, timeout <= 86_400 else {
            throw LanguageError.invalidOption(
                field: "timeout", value: "\(timeout)", expected: "above 0, and at most a day")
        }
        return try RemoteLimits(concurrency: concurrency, timeout: .seconds(timeout))
    }

    /// How many pieces of work to begin at a time: as many as a model on this machine writes at once;
    /// fewer where calls go to an address or are counted.
    func atOnce(with models: [ModelSource], within budget: TokenBudget?) -> Int {
        budget != nil || models.contains(where: \.isRemote) ? concurrency : 64
    }

    /// - Returns: Nil where nothing is limited and nothing has a price.
    func budget() throws -> TokenBudget? {
        let hasPrice = promptPrice != nil || completionPrice != nil
        guard maxTotalTokens != nil || maxCost != nil || hasPrice else { return nil }
        return try TokenBudget(
            tokens: maxTotalTokens, cost: maxCost,
            price: hasPrice
                ? TokenPrice(prompt: promptPrice ?? 0, completion: completionPrice ?? 0) : nil)
    }
}

extension TokenBudget {
    /// Says what was spent, if anything was.
    func report() {
        let spent = spent
        if spent.calls > 0 { Terminal.note(spent.sentence(price?.cost(of: spent.usage))) }
    }
}
