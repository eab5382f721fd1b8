import Synchronization

/// A limit on what may be spent on models, counted over all tasks that share it.
///
/// Calls are admitted while something is left, and charged when they end. So the limit is passed
/// by no more than what the calls in flight take at that moment: with `c` calls at a time, less
/// than `c` times the longest prompt and answer.
public final class TokenBudget: Sendable {
    /// The most tokens, read and written together; nil for no limit.
    public let tokens: Int?
    /// The most money, in the currency of `price`; nil for no limit.
    public let cost: Double?
    /// What tokens cost; nil where money is not counted.
    public let price: TokenPrice?
    private let state = Mutex(Spent(usage: .zero, calls: 0))

    /// What was spent so far.
    public struct Spent: Hashable, Sendable {
        /// Tokens of all calls together.
        public var usage: TokenUsage
        /// Calls that were answered.
        public var calls: Int
    }

    /// - Parameters:
    ///   - tokens: The most tokens, read and written together; nil for no limit.
    ///   - cost: The most money, in the currency of `price`; nil for no limit.
    ///   - price: What tokens cost; must be there for a limit in money.
    /// - Throws: `LanguageError.invalidOption`.
    public init(tokens: Int?, cost: Double?, price: TokenPrice?) throws(LanguageError) {
        if let tokens, tokens < 1 {
            throw .invalidOption(
                field: "max-total-tokens", value: "\(tokens)",
                expected: "a whole number of at least 1")
        }
        if let cost {
            guard cost > 0, cost.isFinite else {
                throw .invalidOption(
                    field: "max-cost", value: "\(cost)", expected: "a number above 0")
            }
            guard let price, price.prompt > 0 || price.completion > 0 else {
                throw .invalidOption(
                    field: "max-cost", value: "\(cost)",
                    expected: "given with prices above 0, or it would never be reached")
            }
        }
        self.tokens = tokens
        self.cost = cost
        self.price = price
    }

    /// Whether there is a limit; without one, it is only counted.
    public var isLimited: Bool { tokens != nil || cost != nil }

    /// What has been charged so far; calls under way are not in it.
    public var spent: Spent { state.withLock { $0 } }

    /// Lets a call begin.
    /// - Throws: `BudgetSpent` when nothing is left.
    public func admit() throws(BudgetSpent) {
        let spent = self.spent
        let money = price?.cost(of: spent.usage)
        if spent.usage.total >= tokens ?? .max || (money ?? 0) >= cost ?? .infinity {
            throw BudgetSpent(spent: spent, tokens: tokens, cost: cost, money: money)
        }
    }

    /// Counts a call that has ended.
    public func charge(_ usage: TokenUsage) {
        state.withLock { state in
            state.usage = state.usage + usage
            state.calls += 1
        }
    }
}

/// A budget with nothing left.
public struct BudgetSpent: ModelFailure, Hashable, CustomStringConvertible {
    /// What was spent when the call was refused.
    public var spent: TokenBudget.Spent
    /// The limits that were set.
    public var tokens: Int?
    /// In the currency of the prices; nil where there is no such limit.
    public var cost: Double?
    /// What was spent, in the currency of the prices; nil without prices.
    public var money: Double?

    public var isLasting: Bool { true }
    public var logged: String { description }

    public var description: String {
        let limits = [tokens.map { "\($0) tokens" }, cost.map { "\($0) of money" }].compactMap(
            \.self)
        return
            "The budget of \(limits.joined(separator: " or ")) is spent. \(spent.sentence(money))"
    }
}

extension TokenBudget.Spent {
    /// What was spent, in words.
    public func sentence(_ money: Double?) -> String {
        let cost = money.map { ", at a cost of \(($0 * 1e6).rounded() / 1e6)" } ?? ""
        return "\(calls) calls took \(usage.promptTokens) prompt and \(usage.completionTokens) "
            + "completion tokens\(cost)."
    }
}

/// A model that does not say what a call took, so that no budget can be kept.
public struct UnmeteredModel: ModelFailure, Hashable, CustomStringConvertible {
    /// As reports name it.
    public var model: String

    public var isLasting: Bool { true }
    public var logged: String { description }

    public var description: String {
        "\(model) does not say how many tokens a call takes, so a budget can't be kept. Ask "
            + "without a limit, or limit --samples and --max-tokens."
    }
}
