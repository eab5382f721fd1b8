/// The colours of a report by name, for light and for dark surroundings.
package enum Palette {
    /// The heat map's strongest tint over the paper, so that ink stays readable on it.
    package static let strongestTint = 0.45

    /// Name, light value, dark value.
    private static let colours = [
        ("paper", "#ffffff", "#14171b"),
        ("panel", "#f5f4f0", "#1c2026"),
        ("ink", "#1c2127", "#e7e5e0"),
        ("muted", "#5a616b", "#a4aab4"),
        ("rule", "#e2e0da", "#2f353e"),
        ("accent", "#0b5a8f", "#7fbcf2"),
        ("good", "#17663a", "#7fd6a6"),
        ("bad", "#a3241b", "#ff9d90"),
        ("caution", "#7a5000", "#e6bc5c"),
        ("match", "#fbe7a1", "#54430a"),
        ("s1", "#1f5fa8", "#6fb1f5"),
        ("s2", "#c2410c", "#fb923c"),
        ("s3", "#0f766e", "#4fd1b5"),
        ("s4", "#7434c9", "#b9a0fb"),
        ("s5", "#8a6100", "#e0b341"),
        ("s6", "#b3165c", "#f28bb8"),
    ]

    /// The colours as CSS variables: the reader's system decides, `data-theme` on the root element
    /// overrides it, and paper is always light.
    package static var stylesheet: String {
        let light =
            "color-scheme:light;" + colours.map { "--\($0.0):\($0.1)" }.joined(separator: ";")
        let dark = "color-scheme:dark;" + colours.map { "--\($0.0):\($0.2)" }.joined(separator: ";")
        return """
            :root{\(light)}
            @media screen and (prefers-color-scheme:dark){:root:not([data-theme=light]){\(dark)}}
            @media screen{:root[data-theme=dark]{\(dark)}}
            """
    }
}
