import Foundation
import GRED
import GREDClassifiers
import GREDLaboratory
import LibTorch

/// A picture that a variant's network may see.
enum Plane: String, Codable, CaseIterable {
    /// The image itself.
    case image
    /// The logarithmic map of the margin of f's own label.
    case map
    /// The logarithmic map of the margin of the third likeliest class.
    case rivalMap
}

/// Numbers that a variant may read beside it.
enum Numbers: String, Codable, CaseIterable {
    /// ℓ, ln ‖G‖ and the distance to the boundary.
    case scalars
    /// The logarithms of the lead over the second class and of that lead's distance.
    case nearness = "logarithms of lead and distance"
    // Five numbers for copies with Gaussian noise.
    case noise1x2 = "2 copies at σ 0.01"
    case noise1x4 = "4 copies at σ 0.01"
    case noise2x2 = "2 copies at σ 0.02"
    case noise2x4 = "4 copies at σ 0.02"
    case noise2x8 = "8 copies at σ 0.02"
    case noise5x2 = "2 copies at σ 0.05"
    case noise5x4 = "4 copies at σ 0.05"
    case noise5x8 = "8 copies at σ 0.05"
    case noise10x2 = "2 copies at σ 0.1"
    case noise10x4 = "4 copies at σ 0.1"
    /// How much G turns and grows under noise of σ 0.02.
    case mapChange = "change of the map"
    // What f_rec makes of masked copies.
    case rectifier = "f_rec on 8 masked copies"
    case rectifier4 = "f_rec on 4 masked copies"

    var noise: NoisyCopies? {
        switch self {
        case .scalars, .nearness, .mapChange, .rectifier, .rectifier4: nil
        case .noise1x2: NoisyCopies(strengths: [0.01], copies: 2)
        case .noise1x4: NoisyCopies(strengths: [0.01], copies: 4)
        case .noise2x2: NoisyCopies(strengths: [0.02], copies: 2)
        case .noise2x4: NoisyCopies(strengths: [0.02], copies: 4)
        case .noise2x8: NoisyCopies(strengths: [0.02], copies: 8)
        case .noise5x2: NoisyCopies(strengths: [0.05], copies: 2)
        case .noise5x4: NoisyCopies(strengths: [0.05], copies: 4)
        case .noise5x8: NoisyCopies(strengths: [0.05], copies: 8)
        case .noise10x2: NoisyCopies(strengths: [0.1], copies: 2)
        case .noise10x4: NoisyCopies(strengths: [0.1], copies: 4)
        }
    }

    /// Forward passes of f an image, one backward pass counted as two.
    var passes: Int {
        switch self {
        case .scalars, .nearness: 3
        case .mapChange: 6
        case .rectifier: 8
        case .rectifier4: 4
        default: noise?.passes ?? 0
        }
    }
}

/// All that any variant reads of some images: read once, so that variants differ in nothing else.
struct Features {
    /// Each `[N, C, H, W]`: the image as bytes, maps as float32.
    private(set) var planes: [Plane: Tensor] = [:]
    /// Each `[N, F]`.
    private(set) var numbers: [Numbers: Tensor] = [:]

    var count: Int { planes[.image]?.shape[0] ?? 0 }

    /// - Parameter images: `[N, C, H, W]` as bytes.
    init(
        of images: Tensor, classifier: any Classifier, rectifier: Rectifier,
        progress: (Int) throws -> Void
    ) throws {
        var parts: [Features] = []
        for start in stride(from: 0, to: images.shape[0], by: 128) {
            let end = min(start + 128, images.shape[0])
            parts.append(try Features(images.sliced(start..<end), classifier, rectifier))
            try progress(end)
        }
        for plane in Plane.allCases {
            planes[plane] = try .concatenated(parts.compactMap { $0.planes[plane] })
        }
        for kind in Numbers.allCases {
            numbers[kind] = try .concatenated(parts.compactMap { $0.numbers[kind] })
        }
    }

    private init(_ bytes: Tensor, _ classifier: any Classifier, _ rectifier: Rectifier) throws {
        let images = try bytes.toUnit()
        let sensitivity = try classifier.inputSensitivity(of: images)
        let own = sensitivity.labels
        let others = try sensitivity.logits.replacing(own, with: -.infinity)
        let third = try others.replacing(others.argmax(1), with: -.infinity).argmax(1)
        let rival = try InputSensitivity(classifier.marginGradient(of: images, at: third))
        planes = [
            .image: bytes, .map: try sensitivity.logMap(), .rivalMap: try rival.logMap(),
        ]
        for kind in Numbers.allCases {
            if let noise = kind.noise {
                var streams = try GuardKey.published.streams(for: images, purpose: "noise")
                numbers[kind] = try noise.response(
                    of: images, sensitivity: sensitivity, in: classifier, streams: &streams
                ).numbers
            }
        }
        numbers[.scalars] = try sensitivity.scalars()
        numbers[.nearness] = try sensitivity.nearness()
        numbers[.mapChange] = try Self.mapChange(images, sensitivity, classifier)
        for (kind, copies) in [(Numbers.rectifier, 8), (.rectifier4, 4)] {
            let asked = Rectifier(
                network: rectifier.network, masking: rectifier.masking, copies: copies)
            let (answers, _) = try asked.probabilities(
                of: images, sensitivity: sensitivity,
                streams: GuardKey.published.streams(for: images))
            let best = try answers.argmax(1)
            numbers[kind] = try .stacked(
                [answers.picked(own), answers.picked(best), (best .== own).to(.float32)],
                dimension: 1)
        }
    }

    /// Over two noisy copies, the mean cosine between G there and here, and the mean growth of ln ‖G‖.
    private static func mapChange(
        _ images: Tensor, _ sensitivity: InputSensitivity, _ classifier: any Classifier
    ) throws -> Tensor {
        var streams = try GuardKey.published.streams(for: images, purpose: "change of the map")
        let size = images.count / max(images.shape[0], 1)
        let here = sensitivity.gradient
        let norm = try here.rowNorms().clamped(min: 1e-30)
        var (cosines, growths): ([Tensor], [Tensor]) = ([], [])
        for _ in 0..<2 {
            let noise = try Tensor(
                streams.indices.flatMap { streams[$0].normals(size) }, shape: images.shape)
            let copy = try (images + noise * 0.02).clamped(min: 0, max: 1)
            let there = try classifier.marginGradient(of: copy, at: sensitivity.labels).gradient
            let other = try there.rowNorms().clamped(min: 1e-30)
            let product = try (here * there).flattened(from: 1).sum([1])
            cosines.append(try product / (norm * other))
            growths.append(try other.log() - norm.log())
        }
        return try .stacked(
            [Tensor.stacked(cosines).mean([0]), Tensor.stacked(growths).mean([0])], dimension: 1)
    }

    // MARK: What a variant reads

    /// The planes side by side, `[n, P, H, W]`.
    func planes(_ kinds: [Plane], at places: [Int]) throws -> Tensor {
        try .concatenated(
            kinds.compactMap { kind in try planes[kind].map { try $0.rows(places).toUnit() } },
            dimension: 1)
    }

    /// The numbers side by side, `[N, F]`.
    func numbers(_ kinds: [Numbers]) throws -> Tensor {
        try .concatenated(kinds.compactMap { numbers[$0] }, dimension: 1)
    }

    // MARK: As a file

    func save(to file: URL) throws {
        try Safetensors.write(
            planes.map { ("planes.\($0.key.rawValue)", $0.value) }
                + numbers.map { ("numbers.\($0.key.rawValue)", $0.value) }, to: file)
    }

    init(file: URL) throws {
        let file = try SafetensorsFile(file)
        for plane in Plane.allCases {
            planes[plane] = try file.tensor("planes.\(plane.rawValue)")
        }
        for kind in Numbers.allCases {
            numbers[kind] = try file.tensor("numbers.\(kind.rawValue)")
        }
    }
}
