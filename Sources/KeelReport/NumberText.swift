import Foundation

/// Numbers as a reader wants them: rounded, with thousands apart and a true minus sign.
package enum NumberText {
    /// A number with a fixed count of decimals; a negative count allows rounding in the notation
    /// with a power of ten, used where plain digits would be too many.
    package static func fixed(_ value: Double, decimals: Int) -> String {
        if value == 0 { return plain(0, decimals: max(0, min(decimals, 6))) }
        let magnitude = Int(floor(log10(abs(value))))
        let tooLong = decimals > 6 || (abs(value) >= 1e7 && decimals <= -4)
        return tooLong
            ? scientific(value, decimals: max(0, min(magnitude + decimals, 15)))
            : plain(value, decimals: max(0, decimals))
    }

    /// The decimals that give the largest of the numbers three significant digits; none for whole
    /// numbers.
    package static func decimals(for values: [Double]) -> Int {
        let largest = values.map(abs).max() ?? 0
        let areWhole = values.allSatisfy { $0 == $0.rounded() } && largest < 1e7
        return areWhole ? 0 : 2 - Int(floor(log10(largest)))
    }

    /// A p-value: three decimals, and a bound where they would read as zero.
    package static func pValue(_ value: Double) -> String {
        value < 0.001 ? "<0.001" : plain(value, decimals: 3)
    }

    /// A drawing coordinate, to a tenth of a pixel.
    static func coordinate(_ value: Double) -> String {
        let rounded = (value * 10).rounded() / 10
        return rounded == rounded.rounded() ? "\(Int(rounded))" : "\(rounded)"
    }

    private static func plain(_ value: Double, decimals: Int) -> String {
        let digits = String(format: "%.*f", decimals, abs(value))
        let whole = digits.prefix { $0 != "." }
        let grouped = whole.count < 5 ? String(whole) : groupThousands(whole)
        let isZero = !digits.contains { $0 != "0" && $0 != "." }
        return (value < 0 && !isZero ? "−" : "") + grouped + digits.dropFirst(whole.count)
    }

    private static func groupThousands(_ digits: Substring) -> String {
        var result = ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index).isMultiple(of: 3) { result.append(",") }
            result.append(digit)
        }
        return result
    }

    private static func scientific(_ value: Double, decimals: Int) -> String {
        let parts = String(format: "%.*e", decimals, abs(value)).split(separator: "e")
        guard parts.count == 2, let exponent = Int(parts[1]) else { return "\(value)" }
        let superscripts: [Character: Character] = [
            "-": "⁻", "0": "⁰", "1": "¹", "2": "²", "3": "³", "4": "⁴", "5": "⁵", "6": "⁶",
            "7": "⁷", "8": "⁸", "9": "⁹",
        ]
        let power = String("\(exponent)".map { superscripts[$0] ?? $0 })
        return "\(value < 0 ? "−" : "")\(parts[0])×10\(power)"
    }
}
