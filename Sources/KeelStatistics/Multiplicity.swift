/// Adjusted p-values for several tests at once, in the order of the raw ones.
public enum Multiplicity {
    /// Holm's step-down adjustment: rejecting below alpha keeps the chance of any error below it.
    ///
    /// It holds under any dependence between the tests (Holm 1979).
    /// - Throws: `StatisticsError.outOfRange` for a p-value outside 0...1.
    public static func holm(_ pValues: [Double]) throws(StatisticsError) -> [Double] {
        let order = try ascending(pValues)
        var adjusted = pValues
        var largest = 0.0
        for (rank, index) in order.enumerated() {
            largest = max(largest, min(1, Double(pValues.count - rank) * pValues[index]))
            adjusted[index] = largest
        }
        return adjusted
    }

    /// Benjamini and Hochberg's adjustment: the expected share of errors among the rejected.
    ///
    /// It holds for independent or positively dependent tests (Benjamini and Hochberg 1995).
    /// - Throws: `StatisticsError.outOfRange` for a p-value outside 0...1.
    public static func benjaminiHochberg(_ pValues: [Double]) throws(StatisticsError) -> [Double] {
        let order = try ascending(pValues)
        var adjusted = pValues
        var smallest = 1.0
        for (rank, index) in order.enumerated().reversed() {
            smallest = min(smallest, Double(pValues.count) / Double(rank + 1) * pValues[index])
            adjusted[index] = smallest
        }
        return adjusted
    }

    private static func ascending(_ pValues: [Double]) throws(StatisticsError) -> [Int] {
        for (index, value) in pValues.enumerated() where !(value >= 0 && value <= 1) {
            throw .outOfRange(
                name: "p-value at index \(index)", value: value, expected: "from 0 to 1")
        }
        return pValues.indices.sorted { pValues[$0] < pValues[$1] }
    }
}
