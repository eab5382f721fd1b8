import Foundation
import KeelReport
import Testing

/// WCAG 2.2, success criteria 1.4.3 (text) and 1.4.11 (graphics), from the CSS as it is shipped.
struct ContrastTests {
    typealias Colour = [Double]

    @Test(arguments: ["light", "dark"])
    func `text stands out from every background it is on`(mode: String) throws {
        let colours = try colours(mode)
        let pairs = [
            ("ink", "paper"), ("ink", "panel"), ("ink", "match"), ("muted", "paper"),
            ("muted", "panel"), ("accent", "paper"), ("accent", "panel"), ("caution", "panel"),
            ("good", "paper"), ("bad", "paper"), ("good", "panel"), ("bad", "panel"),
        ]
        for (text, background) in pairs {
            let ratio = contrast(try #require(colours[text]), try #require(colours[background]))
            #expect(ratio >= 4.5, "\(text) on \(background)")
        }
    }

    @Test(arguments: ["light", "dark"])
    func `ink stands out from the strongest tint of a heat map`(mode: String) throws {
        let colours = try colours(mode)
        let paper = try #require(colours["paper"])
        for hue in ["s1", "s2"] {
            let tint = zip(paper, try #require(colours[hue])).map {
                $0 + ($1 - $0) * Palette.strongestTint
            }
            #expect(contrast(try #require(colours["ink"]), tint) >= 4.5)
        }
    }

    @Test(arguments: ["light", "dark"], 1...6)
    func `every series stands out from the paper`(mode: String, series: Int) throws {
        let colours = try colours(mode)
        let ratio = contrast(
            try #require(colours["s\(series)"]), try #require(colours["paper"]))
        #expect(ratio >= 3)
    }

    private func colours(_ mode: String) throws -> [String: Colour] {
        let css = Palette.stylesheet
        let block = try #require(
            css.split(separator: "\n").first { $0.contains("color-scheme:\(mode)") })
        return Dictionary(
            uniqueKeysWithValues: block.matches(of: #/--(\w+):#(\w{6})/#).map { match in
                let value = Int(match.output.2, radix: 16) ?? 0
                return (
                    String(match.output.1),
                    [16, 8, 0].map { Double(value >> $0 & 0xFF) }
                )
            })
    }

    private func contrast(_ one: Colour, _ other: Colour) -> Double {
        let (low, high) = (
            min(luminance(one), luminance(other)), max(luminance(one), luminance(other))
        )
        return (high + 0.05) / (low + 0.05)
    }

    private func luminance(_ colour: Colour) -> Double {
        let linear = colour.map { value in
            let share = value / 255
            return share <= 0.04045 ? share / 12.92 : pow((share + 0.055) / 1.055, 2.4)
        }
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    }
}
