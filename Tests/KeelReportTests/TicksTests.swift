import Foundation
import KeelReport
import Testing

struct TicksTests {
    static let ranges: [(Double, Double)] =
        [-1e90, -123.4, -1, -0.3, 0, 0.1, 0.25, 7, 1e6].flatMap { low in
            [1e-7, 0.1, 0.3, 1, 2.5, 99, 12_345, 1e80].map { (low, low + max($0, abs(low) * 1e-8)) }
        }

    @Test(arguments: ranges, [3, 5, 9])
    func `ticks enclose the range, are even, few and distinct in print`(
        range: (Double, Double), limit: Int
    ) throws {
        let ticks = Ticks(covering: range.0, range.1, atMost: limit)
        let first = try #require(ticks.values.first)
        let last = try #require(ticks.values.last)
        let step = ticks.values[1] - first
        #expect(step > 0)
        #expect(first <= range.0 + step * 1e-5 && last >= range.1 - step * 1e-5)
        #expect((2...limit).contains(ticks.values.count))
        for (low, high) in zip(ticks.values, ticks.values.dropFirst()) {
            #expect(abs(high - low - step) <= step * 1e-5)
        }
        let labels = ticks.values.map { NumberText.fixed($0, decimals: ticks.decimals) }
        #expect(Set(labels).count == labels.count)
        // A step of 1, 2 or 5 times a power of ten, and no tick wasted beyond the range.
        let mantissa = step * pow(10, Double(ticks.decimals))
        #expect([1, 2, 5].contains { abs(mantissa - $0) < 1e-4 })
        #expect(range.0 - first < step && last - range.1 < step)
    }

    @Test func `ticks are the numbers a person would write`() {
        #expect(Ticks(covering: 0, 1, atMost: 6).values == [0, 0.2, 0.4, 0.6, 0.8, 1])
        #expect(Ticks(covering: 0.11, 0.29, atMost: 5).values == [0.1, 0.15, 0.2, 0.25, 0.3])
        #expect(Ticks(covering: -3, 14, atMost: 6).values == [-5, 0, 5, 10, 15])
    }

    @Test(arguments: [
        (0.1 + 0.2, "0.300"), (0, "0"), (-0.0, "0"), (5, "5"), (-1.5, "−1.50"),
        (12_345.678, "12,346"), (1_234_567, "1,234,567"), (2.5e9, "2.50×10⁹"),
        (1.234e-7, "1.23×10⁻⁷"), (-4e-9, "−4.00×10⁻⁹"),
    ])
    func `numbers are rounded for reading`(value: Double, text: String) {
        #expect(Unit.plain.text(value) == text)
    }

    @Test func `rates, differences and p-values have their own manners`() {
        #expect(Unit.percent.text(0.1234) == "12.3%")
        #expect(Unit.percentagePoints.text(0.05) == "+5.0")
        #expect(Unit.percentagePoints.text(-0.05) == "−5.0")
        #expect(Unit.percentagePoints.text(0) == "0.0")
        #expect(NumberText.pValue(0.0004) == "<0.001")
        #expect(NumberText.pValue(0.0312) == "0.031")
    }
}
