import GREDCharts
import GREDClassifiers
import LibTorch

/// Fig. 5: how many true labels are given back, by α of Eq. 13, on one attack's images.
public struct MaskingRateCurve: Sendable, Codable {
    /// Which attack.
    public var attack: PaperAttack
    /// The images that the attack turned, unrounded.
    public var images: Int
    /// One an α.
    public var points: [Point]

    /// What is found at one α.
    public struct Point: Sendable, Codable {
        /// α of Eq. 13: a larger one masks less.
        public var alpha: Double
        /// The share of pixels that are suspected; a coin spares half of them.
        public var suspected: Double
        /// True labels, of f on masked copies.
        public var classifier: Double
        /// Of f_rec, one for all attacks, on masked copies.
        public var rectifier: Double
        /// Of f with as many pixels masked anywhere.
        public var classifierRandom: Double
        /// Of f_rec with as many pixels masked anywhere.
        public var rectifierRandom: Double
        /// Of the four shares of labels; nil in the store, which has the shares alone.
        public var intervals: Intervals?
    }

    /// The lower and the upper 95% bound (Wilson) of each share of labels at one α.
    public struct Intervals: Sendable, Codable {
        /// Of ``Point/classifier``.
        public var classifier: [Double]
        /// Of ``Point/rectifier``.
        public var rectifier: [Double]
        /// Of ``Point/classifierRandom``.
        public var classifierRandom: [Double]
        /// Of ``Point/rectifierRandom``.
        public var rectifierRandom: [Double]
    }

    /// The same with the intervals, which follow from the shares and the number of images.
    func withIntervals() -> MaskingRateCurve {
        func bounds(_ share: Double) -> [Double] {
            Proportion(successes: Int((share * Double(images)).rounded()), of: images).bounds
        }
        var curve = self
        for place in points.indices {
            let point = points[place]
            curve.points[place].intervals = Intervals(
                classifier: bounds(point.classifier), rectifier: bounds(point.rectifier),
                classifierRandom: bounds(point.classifierRandom),
                rectifierRandom: bounds(point.rectifierRandom))
        }
        return curve
    }
}

extension PaperSetting {
    private struct MaskingRateConfiguration: Encodable {
        var version = 2
        var test: Scope
        var rectifier: RectifierConfiguration
        var images: Int
        var choices: PaperChoices
    }

    /// Fig. 5 for an attack, without intervals.
    func maskingRate(_ attack: PaperAttack) throws -> MaskingRateCurve {
        let configuration = MaskingRateConfiguration(
            test: try scope(attack, isTest: true), rectifier: try rectifierConfiguration(.forAll),
            images: profile.maskingImages, choices: choices)
        return try bench.figures(of: "paper-masking-rate", configuration) {
            let turned = try TurnedImages(testRecord(attack), .unrounded)
            let count = min(turned.count, profile.maskingImages)
            var curve = MaskingRateCurve(attack: attack, images: count, points: [])
            guard count > 0 else { return curve }
            let images = try turned.adversarial.sliced(0..<count).to(classifier.device)
            let heights = try PixelHeights.of(images, in: classifier)
            let network = try rectifier(.forAll)
            func shares(
                _ alpha: Double, _ choice: PixelChoice
            ) throws -> (classifier: Double, rectifier: Double) {
                let shares = try MaskedCopies(
                    alpha: alpha, choice: choice, count: Int(choices.copies)
                ).labels(ofEach: [classifier, network], images, heights: heights).map { labels in
                    Statistics.share(zip(labels, turned.labels).map { $0 == $1 })
                }
                return (shares[0], shares[1])
            }
            bench.observer.begin(
                "masking rates, \(attack.rawValue)", total: choices.alphas.count, unit: "α")
            for (place, alpha) in choices.alphas.enumerated() {
                let (sensitive, random) = (
                    try shares(alpha, .sensitive), try shares(alpha, .random)
                )
                curve.points.append(
                    MaskingRateCurve.Point(
                        alpha: alpha,
                        suspected: try MaskedCopies.suspectedShare(heights, alpha: alpha),
                        classifier: sensitive.classifier, rectifier: sensitive.rectifier,
                        classifierRandom: random.classifier, rectifierRandom: random.rectifier))
                try bench.observer.advance(to: place + 1, note: "")
            }
            bench.observer.finish("masking rates, \(attack.rawValue): \(count) images")
            return curve
        }
    }
}

extension ReproductionReport {
    /// Fig. 5: targeted attacks, then untargeted ones; each against α and against the masked share.
    var maskingRateCharts: [Block] {
        [true, false].flatMap { isTargeted -> [Block] in
            let curves = maskingRate.filter {
                $0.attack.isTargeted == isTargeted && !$0.points.isEmpty
            }
            guard !curves.isEmpty else { return [] }
            let side = isTargeted ? "targeted (left)" : "untargeted (right)"
            return [
                .chart(
                    chart(curves, "Fig. 5, \(side): labels given back, by α", Axis("α of Eq. 13")) {
                        $0.alpha
                    },
                    caption: """
                        For each attack f_rec, one for all attacks, and f itself on the same masked \
                        copies. The last two curves: as many pixels masked anywhere, the mean over these \
                        attacks. At most \(curves.map(\.images).max() ?? 0) images an attack, unrounded.
                        """),
                .chart(
                    chart(
                        curves, "Fig. 5, \(side): labels given back, by what is masked",
                        Axis.share("share of pixels suspected")
                    ) { $0.suspected },
                    caption: """
                        The same against the share of pixels that Eq. 13 suspects; a coin spares half of \
                        them. The paper's axis reads as a masked share, while a larger α masks less.
                        """),
            ]
        }
    }

    /// Fig. 5 with the intervals that the curves leave out; nil where there is no curve.
    var maskingRateTable: Table? {
        let curves = maskingRate.filter { !$0.points.isEmpty }
        guard !curves.isEmpty else { return nil }
        var table = Table(
            title: "Fig. 5 as numbers, unrounded images",
            columns: [
                "attack", .number("n"), .number("α"), .number("suspected"), .number("f_rec"),
                .number("f"), .number("f_rec, random pixels"), .number("f, random pixels"),
            ], note: "True labels given back, with the 95% interval (Wilson).")
        for curve in curves {
            for point in curve.points {
                func cell(
                    _ share: Double, _ part: KeyPath<MaskingRateCurve.Intervals, [Double]>
                ) -> Table.Cell {
                    let bounds = point.intervals?[keyPath: part] ?? [.nan, .nan]
                    return .init(
                        Estimate(value: share, lower: bounds[0], upper: bounds[1]).formatted())
                }
                table.append([
                    .init(curve.attack.rawValue), .init(Figure.count(curve.images)),
                    .init(Figure.fixed(point.alpha, digits: 1)),
                    .init(Figure.percent(point.suspected)), cell(point.rectifier, \.rectifier),
                    cell(point.classifier, \.classifier),
                    cell(point.rectifierRandom, \.rectifierRandom),
                    cell(point.classifierRandom, \.classifierRandom),
                ])
            }
        }
        return table
    }

    private func chart(
        _ curves: [MaskingRateCurve], _ title: String, _ axis: Axis,
        x: (MaskingRateCurve.Point) -> Double
    ) -> LineChart {
        func series(
            _ name: String, _ curve: MaskingRateCurve, _ y: (MaskingRateCurve.Point) -> Double
        ) -> LineChart.Series {
            LineChart.Series(
                name, points: curve.points.map { Point(x: x($0), y: y($0)) }.sorted { $0.x < $1.x })
        }
        let own = curves.flatMap { curve in
            [
                series("\(curve.attack.rawValue), f_rec", curve, \.rectifier),
                series("\(curve.attack.rawValue), f", curve, \.classifier),
            ]
        }
        let mean = Self.mean(curves)
        return LineChart(
            title: title, x: axis, y: .share("true labels given back"),
            series: own + [
                series("random pixels, f_rec", mean, \.rectifierRandom),
                series("random pixels, f", mean, \.classifierRandom),
            ])
    }

    /// The mean curve of several attacks.
    static func mean(_ curves: [MaskingRateCurve]) -> MaskingRateCurve {
        let places = curves.map(\.points.count).min() ?? 0
        return MaskingRateCurve(
            attack: curves[0].attack, images: curves.map(\.images).reduce(0, +),
            points: (0..<places).map { place in
                func mean(_ value: (MaskingRateCurve.Point) -> Double) -> Double {
                    curves.map { value($0.points[place]) }.reduce(0, +) / Double(curves.count)
                }
                return MaskingRateCurve.Point(
                    alpha: mean(\.alpha), suspected: mean(\.suspected),
                    classifier: mean(\.classifier), rectifier: mean(\.rectifier),
                    classifierRandom: mean(\.classifierRandom),
                    rectifierRandom: mean(\.rectifierRandom))
            })
    }
}
