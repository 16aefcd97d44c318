/// The style sheet that every chart carries, so that it looks the same alone and on a page.
///
/// A page's style sheets are shared by all its inline drawings, hence the class in each rule. Dark
/// colours are for screens only: paper is white.
enum ChartStyle {
    static let css: String = {
        let dark = variables(Palette.dark) + "--ink:#e7eaee;--soft:#a3adb8;--rule:#2e343b;"
        return """
            .gred-chart{\(variables(Palette.light))\
            --ink:#1b2026;--soft:#5b6570;--rule:#e4e7eb;--paper:#fff;\
            font:13px system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif}
            @media screen and (prefers-color-scheme:dark){.gred-chart{\(dark)--paper:#181c21}}
            .gred-chart text{fill:var(--ink)}
            .gred-chart .soft{fill:var(--soft);font-size:12px}
            .gred-chart .name{font-weight:600}
            .gred-chart .title{font-size:15px;font-weight:600}
            .gred-chart .paper{fill:var(--paper)}
            .gred-chart .grid{stroke:var(--rule)}
            .gred-chart .axis{stroke:var(--soft)}
            .gred-chart .guide{stroke:var(--soft);stroke-dasharray:4 4;fill:none}
            .gred-chart .curve{stroke:var(--c);stroke-width:2;fill:none;stroke-linejoin:round}
            .gred-chart .thin{stroke:var(--c);stroke-width:1.5;fill:none}
            .gred-chart .fill{fill:var(--c)}
            .gred-chart .band{fill:var(--c);fill-opacity:.18}
            .gred-chart .wash{fill:var(--c);fill-opacity:.32}
            .gred-chart .box{fill:var(--c)}
            .gred-chart .median{stroke:var(--paper);stroke-width:2}
            .gred-chart .d1{stroke-dasharray:7 4}.gred-chart .d2{stroke-dasharray:2 3}
            \(colourClasses)
            """
    }()

    private static func variables(_ colours: [String]) -> String {
        colours.enumerated().map { "--c\($0.offset):\($0.element);" }.joined()
    }

    private static let colourClasses = Palette.light.indices
        .map { ".gred-chart .c\($0){--c:var(--c\($0))}" }.joined()
}
