/// The look of a report; every colour comes from `Palette`.
enum Stylesheet {
    static let charts =
        """
        svg{font:12px system-ui,-apple-system,"Segoe UI","Noto Sans",sans-serif;\
        font-variant-numeric:tabular-nums}
        svg text{fill:var(--ink)}
        svg .tick,svg .heading{fill:var(--muted)}
        svg .group{font-weight:650}
        svg .label{paint-order:stroke;stroke:var(--paper);stroke-width:3px}
        svg [data-to]{cursor:pointer}
        svg [data-to]:hover .label{text-decoration:underline}
        svg .note{font-weight:500}
        svg .cover{fill:var(--paper)}
        svg .grid,svg .rule{stroke:var(--rule)}
        svg .rule{stroke-dasharray:1 3}
        svg .axis{stroke:var(--muted)}
        svg .reference{stroke:var(--ink);stroke-dasharray:4 3}
        svg .band{fill:var(--muted);fill-opacity:.12}
        svg .bar,svg .warm{fill:var(--s1)}
        svg .cold{fill:var(--s2)}
        svg .interval{stroke-width:2.5;stroke-linecap:round;stroke-opacity:.65}
        svg .curve{fill:none;stroke-width:2;stroke-linejoin:round}
        svg .area{fill-opacity:.16}
        svg .marker{stroke:var(--paper);stroke-width:1}
        .scale-line{stroke:var(--rule)}
        .scale-tick{stroke:var(--muted);stroke-opacity:.6}
        .scale-reference{stroke:var(--ink);stroke-dasharray:3 2}
        svg .part-1{fill:var(--s1)}
        svg .part-2{fill:var(--s4)}
        svg .part-3{fill:var(--rule)}
        svg .part-4{fill:var(--s2)}
        """ + "\n"
        + SeriesStyle.dashes.enumerated().map { index, dashes in
            let colour = "var(--s\(index + 1))"
            return """
                svg .s\(index + 1).marker,svg .s\(index + 1).area{fill:\(colour)}
                svg .s\(index + 1):not(.marker,.area){stroke:\(colour)}
                svg .s\(index + 1).hollow{stroke:\(colour);fill:var(--paper);stroke-width:2}
                """ + (dashes.isEmpty ? "" : "\nsvg .d\(index + 1){stroke-dasharray:\(dashes)}")
        }.joined(separator: "\n")

    /// Backgrounds of text that is tinted by a number.
    private static let heat =
        ".heat{border-radius:2px;white-space:pre-wrap}\n"
        + (1...9).map {
            ".h\($0){background:color-mix(in srgb,var(--match) \($0 * 11)%,transparent)}"
        }.joined(separator: "\n")

    static let page = """
        *{box-sizing:border-box}
        html{scroll-padding-top:1.5rem;-webkit-text-size-adjust:100%}
        body{margin:0 auto;padding:0 1.25rem 4rem;max-width:72rem;background:var(--paper);\
        color:var(--ink);font:1rem/1.6 system-ui,-apple-system,"Segoe UI","Noto Sans",sans-serif;\
        font-variant-numeric:tabular-nums;overflow-wrap:break-word}
        a{color:var(--accent);text-decoration-thickness:1px;text-underline-offset:.18em}
        :focus-visible{outline:3px solid var(--accent);outline-offset:3px;border-radius:3px}
        main:focus{outline:none}
        .unseen{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);\
        white-space:nowrap}
        .skip{position:absolute;left:-99rem;padding:.6rem 1rem;background:var(--paper)}
        .skip:focus{left:1rem;top:1rem;z-index:1}
        h1,h2{font-family:"Iowan Old Style","Palatino Linotype",Palatino,"URW Palladio L",P052,\
        Georgia,"Noto Serif",serif;font-weight:600;line-height:1.2;text-wrap:balance}
        h1{font-size:clamp(1.9rem,5vw,2.7rem);letter-spacing:-.015em;margin:0 0 .8rem}
        h2{font-size:1.6rem;margin:0 0 1rem;letter-spacing:-.01em}
        header{padding:3.5rem 0 1.8rem;border-bottom:1px solid var(--rule)}
        .lede{max-width:44rem;margin:0;font-size:1.2rem;line-height:1.5;color:var(--muted)}
        .lede strong{color:var(--ink);font-weight:600}
        .facts{display:grid;grid-template-columns:repeat(auto-fill,minmax(18rem,1fr));\
        gap:.9rem 2rem;margin:2rem 0 0}
        dt{font-size:.8rem;color:var(--muted)}
        dd{margin:0;font-size:.93rem;overflow-wrap:anywhere}
        nav{padding:1rem 0;font-size:.92rem}
        nav ol{display:flex;flex-wrap:wrap;gap:.2rem 1.2rem;margin:0;padding:0;list-style:none}
        nav a{display:inline-block;padding:.2rem 0;color:var(--muted);text-decoration:none}
        nav a:hover,nav a[aria-current]{color:var(--ink)}
        nav a[aria-current]{font-weight:600}
        button{font:inherit;color:inherit;background:none;border:0;padding:0;cursor:pointer}
        #theme{margin-top:.8rem;padding:.15rem .7rem;border:1px solid var(--rule);\
        border-radius:1rem;font-size:.82rem;color:var(--muted)}
        main>section{padding:2.2rem 0 1rem}
        main p,main ul{max-width:42rem;margin:0 0 1rem}
        main ul{padding-left:1.2rem}
        code,pre{font:.88em/1.5 ui-monospace,"SF Mono",Menlo,Consolas,"Noto Sans Mono",monospace}
        code{padding:.1em .3em;background:var(--panel);border-radius:3px}
        code,mark,span.verdict{unicode-bidi:isolate}
        pre{margin:0 0 1rem;padding:.9rem 1.1rem;white-space:pre-wrap;overflow-wrap:anywhere;\
        background:var(--panel);border-radius:6px}
        pre code{padding:0;background:none}
        .callout{max-width:46rem;margin:0 0 1.4rem;padding:.9rem 1.1rem;background:var(--panel);\
        border-left:4px solid var(--muted);border-radius:0 6px 6px 0}
        noscript .callout{margin-top:2.2rem}
        .callout p{margin:.2rem 0 0}
        .callout.warning{border-color:var(--caution)}
        .callout.warning>strong{color:var(--caution)}
        .callout.warning>strong::before{content:"⚠\\FE0E  "}
        .callout.verdict{border-color:var(--accent)}
        .callout.verdict>strong{color:var(--accent)}
        span.verdict{display:inline-block;font-size:.88em;font-weight:600;white-space:nowrap}
        span.verdict::before{margin-right:.35em}
        summary .verdict{margin-left:.6em}
        span.good{color:var(--good)}
        span.good::before{content:"▲"/""}
        span.bad{color:var(--bad)}
        span.bad::before{content:"▼"/""}
        span.neutral{color:var(--ink)}
        span.neutral::before{content:"≈"/""}
        span.unknown{color:var(--muted)}
        span.unknown::before{content:"?"/""}
        mark{padding:.05em .2em;color:var(--ink);background:var(--match);border-radius:3px;\
        box-decoration-break:clone;-webkit-box-decoration-break:clone}
        \(heat)
        mark small{margin-left:.4em;font-size:.74em;font-weight:600;user-select:none}
        figure{margin:1.6rem 0 2.2rem;max-width:720px}
        figcaption{margin-bottom:.9rem}
        figcaption>:first-child{margin:0;font-size:1.08rem;font-weight:600;line-height:1.35}
        figcaption span{display:block;font-size:.93rem;line-height:1.45;color:var(--muted)}
        .chart{container-type:inline-size}
        .picture svg{display:block;max-width:100%;height:auto}
        .picture.narrow{display:none}
        @container (max-width:600px){.picture.broad{display:none}.picture.narrow{display:block}}
        .scroll{max-width:100%;margin:0 0 1.4rem;overflow-x:auto}
        table{border-collapse:collapse;font-size:.9rem;line-height:1.4}
        caption{padding:0 0 .5rem;text-align:left;font-size:.85rem;color:var(--muted)}
        th,td{padding:.42rem 1rem .42rem 0;text-align:left;vertical-align:baseline;\
        border-bottom:1px solid var(--rule)}
        tbody th{font-weight:500;min-width:8rem}
        thead th{font-size:.82rem;font-weight:600;color:var(--muted);vertical-align:bottom;\
        border-bottom-color:var(--muted)}
        th:last-child,td:last-child{padding-right:.2rem}
        .number{text-align:right}
        td.number{white-space:nowrap}
        thead button{text-align:inherit}
        thead button::after{content:"\\00A0↕"/"";opacity:.5}
        [aria-sort=ascending] button::after{content:"\\00A0↑"/"";opacity:1}
        [aria-sort=descending] button::after{content:"\\00A0↓"/"";opacity:1}
        details{border-bottom:1px solid var(--rule)}
        section>details:first-of-type{border-top:1px solid var(--rule)}
        summary{padding:.6rem .2rem .6rem 1.4rem;cursor:pointer;font-weight:550;list-style:none;\
        position:relative}
        summary::-webkit-details-marker{display:none}
        summary::before{content:"";position:absolute;left:.2rem;top:1.12rem;width:.42rem;\
        height:.42rem;border:solid var(--muted);border-width:0 2px 2px 0;transform:rotate(-45deg)}
        details[open]>summary::before{transform:rotate(45deg)}
        summary:hover{background:var(--panel)}
        details>div{padding:.6rem 0 .8rem 1.4rem}
        details details summary{font-weight:450;font-size:.95rem}
        summary :is(h3,h4,h5,h6){display:inline;margin:0;font:inherit;text-wrap:wrap}
        details details details summary{font-weight:400}
        figure>details{border:0}
        figure>details>summary{padding-block:.2rem;font-size:.86rem;font-weight:450;\
        color:var(--muted)}
        figure>details>summary::before{top:.6rem}
        .ranking{max-width:none;--columns:minmax(0,1fr)}
        .ranking.values{--columns:minmax(0,1fr) 168px 3.2rem}
        .ranking.counts{--columns:minmax(0,1fr) 112px 8.5rem}
        .ranking.values.counts{--columns:minmax(0,1fr) 168px 3.2rem 112px 8.5rem}
        .ranking :is(.head,.rows>details>summary){display:grid;gap:.2rem 1rem;\
        align-items:center;grid-template-columns:var(--columns)}
        .ranking .head{padding:0 .2rem .2rem 1.4rem;font-size:.8rem;color:var(--muted)}
        .ranking .head>svg{align-self:end}
        .ranking .legend{grid-column:span 2;display:flex;flex-wrap:wrap;gap:0 .8rem}
        .ranking .legend svg{vertical-align:-1px}
        .ranking .rows{border-top:1px solid var(--rule)}
        .ranking .rows>details>summary::before{top:calc(50% - .28rem)}
        .ranking .value{text-align:right}
        .ranking :is(.value,.count){font-size:.85rem}
        .ranking .count{color:var(--muted);line-height:1.3}
        @container (max-width:640px){
        .ranking :is(.head,.rows>details>summary){grid-template-columns:168px minmax(0,1fr)}
        .ranking :is(.head>span:first-child:empty,.rows>details>summary>:first-child,.legend){\
        grid-column:1/-1}
        .ranking .value{text-align:left}
        .ranking .rows>details>summary::before{top:1.12rem}
        }
        details+.scroll{margin-top:1.4rem}
        .columns{display:grid;gap:0 1.2rem;grid-template-columns:repeat(auto-fit,\
        minmax(min(100%,21rem),1fr))}
        .columns>div{min-width:0}
        .transcript{max-width:46rem;margin:.3rem 0 1rem;padding:0;list-style:none}
        .transcript li{margin:0 0 .5rem;padding:.6rem .9rem;border:1px solid var(--rule);\
        border-radius:8px}
        .transcript .user,.transcript .system{background:var(--panel);border-color:var(--panel)}
        .transcript .system{border-left:4px solid var(--muted)}
        .transcript b{font-size:.78rem;font-weight:600;color:var(--muted)}
        .transcript p{margin:0;white-space:pre-wrap;overflow-wrap:anywhere;font-size:.95rem;\
        line-height:1.5}
        @media (min-width:64rem){
        body{display:grid;grid-template-columns:12rem minmax(0,1fr);column-gap:3.5rem}
        header{grid-column:1/-1}
        nav{position:sticky;top:0;align-self:start;max-height:100vh;overflow:auto;\
        padding:2.6rem .2rem 1rem}
        nav ol{flex-direction:column}
        }
        @media (max-width:40rem){
        header{padding-top:2rem}
        .facts{grid-template-columns:1fr 1fr;gap:.7rem 1.2rem}
        details>div{padding-left:.7rem}
        th,td{padding-right:.7rem}
        td.number{white-space:normal}
        .ends{display:inline-block;white-space:nowrap}
        .scroll{background:\
        linear-gradient(to right,var(--paper) 30%,transparent) 0 0/2rem 100% no-repeat local,\
        linear-gradient(to left,var(--paper) 30%,transparent) 100% 0/2rem 100% no-repeat local,\
        linear-gradient(to right,var(--rule),transparent) 0 0/.7rem 100% no-repeat,\
        linear-gradient(to left,var(--rule),transparent) 100% 0/.7rem 100% no-repeat}
        }
        @media print{
        body{display:block;max-width:none;padding:0;font-size:10pt}
        header{padding:0 0 1rem}
        nav,.skip,figure>details,thead button::after{display:none}
        figure.chart:not(.ranking),.callout,.scroll,tr,.transcript li{break-inside:avoid}
        h2,summary{break-after:avoid}
        a{color:inherit}
        .scroll{overflow:visible}
        *{print-color-adjust:exact;-webkit-print-color-adjust:exact}
        }
        """
}
