import Foundation

/// One chart as inline SVG with its caption, legend and what a pointer shows.
///
/// Drawn for 560 × 280 units and scaled to its place; colours are classes of the page's style.
struct SVGChart {
    struct Line {
        enum Dash: String {
            case solid = ""
            case dashed = "dashed"
            case dotted = "dotted"
        }

        var name: String
        /// A class of the style: c1 ... c5, c1b, c2b.
        var colour: String
        var dash = Dash.solid
        var isThin = false
        var isFilled = false
        var values: [Double?]
    }

    struct Band {
        var name: String
        var start: Double
        var end: Double
    }

    static let width = 560.0
    static let height = 280.0
    static let left = 60.0
    static let right = 546.0
    static let bottom = 232.0
    /// Units that a letter of a label takes, on a wide screen and on a narrow one.
    private static let letterWide = 7.0
    private static let letterNarrow = 10.0

    var title: String
    /// Of the values; on the axis and in the caption.
    var unit: String
    /// Behind the unit in the caption: "log scale".
    var note = ""
    var xTitle: String
    var x: AxisScale
    var y: AxisScale
    /// Where each value stands, on the x axis' scale, and what it is called.
    var xs: [Double]
    var xLabels: [String]
    var lines: [Line]
    var phases: [Band] = []
    var faults: [Band] = []
    /// What stands there when no line has a value.
    var empty = "No data"
    /// Charts of one group show one pointer.
    var group = ""
    /// A value in words.
    var format: (Double) -> String = { Figure.plain($0) }

    /// Without phases and faults nothing stands above the plot but the unit.
    private var top: Double { phases.isEmpty && faults.isEmpty ? 26 : 42 }

    private var hasData: Bool { lines.contains { $0.values.contains { $0 != nil } } }

    func markup() -> String {
        let shown = lines.filter { $0.values.contains { $0 != nil } }
        let caption = """
            <figcaption><span class="name">\(HTMLText.escaped(title))</span> \
            <span class="unit">\(HTMLText.escaped([unit, note].filter { !$0.isEmpty }
                .joined(separator: ", ")))</span>\(legend(shown))</figcaption>
            """
        guard hasData else {
            return """
                <figure>\(caption)<p class="empty">\(HTMLText.escaped(empty))</p></figure>
                """
        }
        let label = HTMLText.escaped("\(title), \(unit), by \(xTitle)")
        return """
            <figure class="plot" data-group="\(group)" data-tip="\(HTMLText.escaped(tip(shown)))">
            \(caption)
            <svg viewBox="0 0 \(Int(Self.width)) \(Int(Self.height))" role="img" \
            aria-label="\(label)">
            \(bands())\(axes())\(shown.map(path).joined())
            <line class="cross" y1="\(Self.n(top))" y2="\(Self.n(Self.bottom))" x1="0" x2="0"/>
            \(shown.map { "<circle class=\"dot \($0.colour)\" r=\"3.5\"/>" }.joined())
            </svg><div class="tip"></div></figure>

            """
    }

    // MARK: Places

    private func px(_ value: Double) -> Double {
        Self.left + x.place(value) * (Self.right - Self.left)
    }

    private func py(_ value: Double) -> Double {
        Self.bottom - y.place(value) * (Self.bottom - top)
    }

    private static func n(_ number: Double) -> String {
        let text = String(format: "%.1f", number)
        return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
    }

    // MARK: Legend and pointer

    private func legend(_ shown: [Line]) -> String {
        guard !shown.isEmpty else { return "" }
        let keys = shown.map { line in
            """
            <span class="key"><svg viewBox="0 0 22 8" aria-hidden="true"><path \
            class="\(classes(line))" d="M1 4H21"/></svg>\(HTMLText.escaped(line.name))</span>
            """
        }
        return "<span class=\"legend\">\(keys.joined())</span>"
    }

    private func classes(_ line: Line) -> String {
        ["line", line.colour, line.dash.rawValue, line.isThin ? "thin" : ""]
            .filter { !$0.isEmpty }.joined(separator: " ")
    }

    /// JSON of what a pointer shows: places, names and words.
    private func tip(_ shown: [Line]) -> String {
        struct Tip: Encodable {
            struct Row: Encodable {
                let n: String
                let c: String
                let y: [Double?]
                let v: [String]
            }
            let x: [Double]
            let t: [String]
            let l: [Row]
        }
        func tenth(_ value: Double) -> Double { (value * 10).rounded() / 10 }
        let tip = Tip(
            x: xs.map { tenth(px($0)) }, t: xLabels,
            l: shown.map { line in
                Tip.Row(
                    n: line.name, c: line.colour,
                    y: line.values.map { value in value.map { tenth(py($0)) } },
                    v: line.values.map { value in value.map(format) ?? "–" })
            })
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return (try? encoder.encode(tip)).map { String(decoding: $0, as: UTF8.self) } ?? "{}"
    }

    // MARK: Axes

    private func axes() -> String {
        var text = ""
        for tick in y.ticks {
            let at = Self.n(py(tick.value))
            text += """
                <path class="grid" d="M\(Self.n(Self.left)) \(at)H\(Self.n(Self.right))"/>\
                <text x="\(Self.n(Self.left - 8))" y="\(at)" dy=".35em" class="end">\
                \(HTMLText.escaped(tick.label))</text>
                """
        }
        text += """
            <text x="\(Self.n(Self.left - 8))" y="\(Self.n(top - 16))" class="end axis">\
            \(HTMLText.escaped(unit))</text>
            """
        text += xTicks()
        text += """
            <path class="base" d="M\(Self.n(Self.left)) \(Self.n(Self.bottom))\
            H\(Self.n(Self.right))"/>\
            <text x="\(Self.n((Self.left + Self.right) / 2))" y="\(Self.n(Self.height - 6))" \
            class="middle axis">\(HTMLText.escaped(xTitle))</text>
            """
        return text
    }

    /// A narrow screen names those that it has room for.
    private func xTicks() -> String {
        var text = ""
        var free = -Double.infinity
        for tick in x.ticks {
            let at = px(tick.value)
            let isLast = at > Self.right - 20
            let half = Double(tick.label.count) * Self.letterNarrow / 2
            let middle = isLast ? Self.right + 10 - half : at
            let isNarrow = middle - half >= free
            if isNarrow { free = middle + half + 10 }
            let kind = (isNarrow ? "" : "wide ") + (isLast ? "end" : "middle")
            text += """
                <path class="tick" d="M\(Self.n(at)) \(Self.n(Self.bottom))v5"/>\
                <text x="\(Self.n(isLast ? Self.right + 10 : at))" \
                y="\(Self.n(Self.bottom + 21))" class="\(kind)">\
                \(HTMLText.escaped(tick.label))</text>
                """
        }
        return text
    }

    // MARK: Phases and faults

    private func bands() -> String {
        var text = ""
        for (index, phase) in phases.enumerated() {
            let (start, end) = (px(phase.start), px(phase.end))
            guard end > start else { continue }
            if index % 2 == 1 {
                text += rectangle("phase", start, end, top: 0, name: phase.name)
            }
            if index > 0 {
                text += "<path class=\"mark\" d=\"M\(Self.n(start)) 0V\(Self.n(Self.bottom))\"/>"
            }
            text += label(phase.name, from: start, to: end, y: 13, kind: "strip")
        }
        return text + faultBands()
    }

    /// Names stand beside each other; one without room has its name in the band alone.
    private func faultBands() -> String {
        var text = ""
        var free = (wide: Self.left, narrow: Self.left)
        for fault in faults {
            let start = px(fault.start)
            let end = max(px(fault.end), start + 2)
            text += rectangle("fault", start, end, top: top - 4, name: fault.name)
            func place(_ letter: Double) -> (middle: Double, half: Double) {
                let half = Double(fault.name.count) * letter / 2
                return (min(max((start + end) / 2, Self.left + half), Self.right - half), half)
            }
            let (wide, narrow) = (place(Self.letterWide), place(Self.letterNarrow))
            guard wide.middle - wide.half >= free.wide else { continue }
            free.wide = wide.middle + wide.half + 8
            let isNarrow = narrow.middle - narrow.half >= free.narrow
            if isNarrow { free.narrow = narrow.middle + narrow.half + 8 }
            text += """
                <text x="\(Self.n(wide.middle))" y="\(Self.n(top - 9))" \
                class="middle faultname\(isNarrow ? "" : " wide")">\
                \(HTMLText.escaped(fault.name))</text>
                """
        }
        return text
    }

    private func rectangle(
        _ kind: String, _ start: Double, _ end: Double, top: Double, name: String
    ) -> String {
        """
        <rect class="\(kind)" x="\(Self.n(start))" y="\(Self.n(top))" \
        width="\(Self.n(end - start))" height="\(Self.n(Self.bottom - top))">\
        <title>\(HTMLText.escaped(name))</title></rect>
        """
    }

    /// Only where it fits.
    private func label(
        _ name: String, from start: Double, to end: Double, y: Double, kind: String
    ) -> String {
        let letters = Double(name.count)
        guard letters * Self.letterWide + 4 <= end - start else { return "" }
        let isNarrow = letters * Self.letterNarrow + 4 <= end - start
        return """
            <text x="\(Self.n((start + end) / 2))" y="\(Self.n(y))" \
            class="middle \(kind)\(isNarrow ? "" : " wide")">\(HTMLText.escaped(name))</text>
            """
    }

    // MARK: Lines

    private func path(_ line: Line) -> String {
        var steps = ""
        var areas = ""
        var run: [(Double, Double)] = []
        func finish() {
            guard let first = run.first, let last = run.last else { return }
            let points = run.map { "\(Self.n($0.0)) \(Self.n($0.1))" }
            steps += "M" + points.joined(separator: "L") + (run.count == 1 ? "h0" : "")
            areas += """
                M\(Self.n(first.0)) \(Self.n(Self.bottom))L\(points.joined(separator: "L"))\
                L\(Self.n(last.0)) \(Self.n(Self.bottom))Z
                """
            run = []
        }
        for (at, value) in zip(xs, line.values) {
            if let value {
                run.append((px(at), py(value)))
            } else {
                finish()
            }
        }
        finish()
        let area = line.isFilled ? "<path class=\"area \(line.colour)\" d=\"\(areas)\"/>" : ""
        return area + "<path class=\"\(classes(line))\" d=\"\(steps)\"/>"
    }
}
