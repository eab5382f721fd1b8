extension Page {
    /// The whole page as HTML.
    ///
    /// The page forbids itself every connection by its content security policy.
    /// - Throws: `ReportError` naming the first value that cannot be shown.
    public func html() throws(ReportError) -> String {
        var renderer = Renderer()
        let reserved = try renderer.claim(anchor: "main")
        for anchor in ["parts", "theme"] { _ = try renderer.claim(anchor: anchor) }
        var contents = ""
        var body = ""
        for section in sections {
            let anchor = try renderer.claim(anchor: section.anchor)
            let title = section.title.escapedForMarkup
            contents += "<li><a href=\"#\(anchor)\">\(title)</a></li>"
            body += "<section aria-labelledby=\"\(anchor)\">\n<h2 id=\"\(anchor)\">\(title)</h2>\n"
            body += try renderer.html(section.blocks)
            body += "</section>\n"
        }
        var facts = ""
        for fact in self.facts {
            facts +=
                "<div><dt>\(fact.name.escapedForMarkup)</dt><dd>\(try fact.value.html())</dd></div>"
        }
        let parts = WordTable(renderer.parts).json
        let title = title.escapedForMarkup
        return """
            <!DOCTYPE html>
            <html lang="\(language.escapedForMarkup)">
            <head>
            <meta charset="utf-8">
            <meta http-equiv="Content-Security-Policy" content="default-src 'none'; \
            style-src 'unsafe-inline'; script-src 'unsafe-inline'; base-uri 'none'; \
            form-action 'none'">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>\(title)</title>
            <style>
            \(Palette.stylesheet)
            \(Stylesheet.charts)
            \(Stylesheet.page)
            </style>
            </head>
            <body>
            <a class="skip" href="#\(reserved)">Skip to the report</a>
            <header>
            <h1>\(title)</h1>
            <p class="lede">\(try lede.html())</p>
            \(facts.isEmpty ? "" : "<dl class=\"facts\">\(facts)</dl>")
            </header>
            <nav aria-label="Contents"><ol>\(contents)</ol>\
            <button id="theme" hidden></button></nav>
            <main id="\(reserved)" tabindex="-1">
            \(renderer.parts.isEmpty ? "" : try note())\(body)</main>
            <script type="application/json" id="parts">\(parts)</script>
            <script>
            \(Script.source)
            </script>
            </body>
            </html>

            """
    }

    /// What a reader without scripts misses, and where it is.
    private func note() throws(ReportError) -> String {
        """
        <noscript><div class="callout note" role="note"><strong>Scripts are off</strong>\
        <p>Everything here can be read except what stands behind the arrows of single probes and \
        of long tables, which a script builds when it is opened. \
        \(try withoutScript.html())</p></div></noscript>

        """
    }
}
