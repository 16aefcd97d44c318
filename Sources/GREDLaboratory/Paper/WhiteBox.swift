import Foundation
import GRED
import GREDAttacks
import GREDCharts
import GREDClassifiers
import GREDImages
import LibTorch

/// Tables 4, 5 and 6: attacks by somebody who knows f and the detectors of Table 2.
public struct WhiteBoxRow: Sendable, Codable {
    /// What stands between the attacker and f.
    public enum Defence: String, Sendable, Codable, CaseIterable {
        /// Nothing.
        case none = "no detector"
        /// CNN_sen alone, our form.
        case sensitivity = "DET_IS, ours"
        /// CNN_org and that CNN_sen, joined by Eq. 12.
        case gredOurs = "DET_GRED, ours"
        /// CNN_org and the CNN_sen of the raw sensitivity, joined by Eq. 12.
        case gred = "DET_GRED"

        /// What it is called in the paper's tables.
        var paperColumn: String {
            switch self {
            case .none: "no_detector"
            case .sensitivity: "DET_IS"
            case .gredOurs, .gred: "DET_GRED"
            }
        }

        /// The networks that must be calm, CNN_org first where it is among them.
        func detectors(_ all: PaperDetectors) -> [Detector] {
            let columns: [ScoreColumn] =
                switch self {
                case .none: []
                case .sensitivity: [.log]
                case .gredOurs: [.org, .log]
                case .gred: [.org, .raw]
                }
            return columns.compactMap { all.networks[$0] }
        }
    }

    /// Which attack.
    public var attack: PaperAttack
    /// Whether images are as the attack left them, or at 8 bits.
    public var rendition: Rendition
    /// What it is up against.
    public var defence: Defence
    /// Images attacked.
    public var attempted: Int
    /// The share on which f says what the attacker wants and the defence says benign, by Eq. 12.
    public var success: ComparedFigure
    /// The mean L2 norm of those, as in the paper; nil where there are none.
    public var meanL2: Double?
    /// The median.
    public var medianL2: Double?
    /// The paper's mean (Table 6), where it prints one.
    public var paperL2: Double?
    /// The share of those whose true label the rectifier for all attacks gives back; nil where there are
    /// none.
    public var recovered: ComparedFigure?
    /// What the search asks of networks, an image: passes of f and of its smooth copy, forward or back. A step
    /// against nothing takes two; against detectors seven, as G is a gradient (f there and back, and back for
    /// G) and is differentiated (the copy there and back, and back through both).
    public var passes: Double
    /// Of the search, an image.
    public var seconds: Double

    /// Whether more than one image in a hundred, as the attack left it, which is what the paper counts, resists
    /// an attack that none should: PGD with nothing in its way, and whatever is in its way, one that no radius
    /// bounds.
    var isTooWeak: Bool {
        let mustReachAll =
            attack.isMinimumNorm || (defence == .none && attack != .fgsmU)
        return mustReachAll && rendition == .unrounded && success.ours < 0.99
    }
}

/// Figure 4: one image, and what a white-box attack made of it.
public struct WhiteBoxPicture: Sendable {
    /// Which attack.
    public var attack: PaperAttack
    /// What it was up against.
    public var defence: WhiteBoxRow.Defence
    /// A PNG of the image.
    public var original: [UInt8]
    /// A PNG of what became of it.
    public var adversarial: [UInt8]
    /// Whether f says what the attacker wants and the defence benign, before rounding.
    public var succeeded: Bool
    /// The L2 norm of the perturbation.
    public var norm: Float
}

/// What a white-box attack led to.
private struct WhiteBoxOutcome: Codable {
    var attempted: Int
    /// By rendition: whether each image succeeds, and whether its label is given back.
    var succeeded: [String: [Bool]]
    var recovered: [String: [Bool]]
    var norms: [String: [Float]]
    var passes: Double
    var seconds: Double
    /// The place of the first image on which it succeeded, before rounding; of the first where there is none.
    var shown = 0
    /// PNGs of that image and of what became of it.
    var original = Data()
    var adversarial = Data()
}

extension PaperSetting {
    private struct WhiteBoxConfiguration: Encodable {
        var version = 7
        var test: Scope
        var rectifier: RectifierConfiguration
        var choices: PaperChoices
        var defence: WhiteBoxRow.Defence
        var images: Int
        var sharpness: [Double]
        var detectorWidth: Double
        var plan: TrainingPlan
    }

    /// The attack against each defence, in both renditions, and what it looks like.
    func whiteBox(_ attack: PaperAttack) throws -> (
        rows: [WhiteBoxRow], pictures: [WhiteBoxPicture]
    ) {
        var rows: [WhiteBoxRow] = []
        var pictures: [WhiteBoxPicture] = []
        for defence in WhiteBoxRow.Defence.allCases {
            let configuration = WhiteBoxConfiguration(
                test: try scope(attack, isTest: true),
                rectifier: try rectifierConfiguration(.forAll),
                choices: profile.whiteBoxChoices(choices),
                defence: defence, images: profile.whiteBoxImages,
                sharpness: AdaptiveAttack.sharpness, detectorWidth: profile.detectorWidth,
                plan: profile.plan(epochs: profile.detectorEpochs, seed: bench.seed))
            let outcome = try bench.figures(of: "paper-white-box", configuration) {
                try attacked(attack, past: defence)
            }
            rows += Rendition.allCases.map {
                WhiteBoxRow(attack, $0, defence, outcome, data: paper)
            }
            if !outcome.adversarial.isEmpty {
                pictures.append(WhiteBoxPicture(attack, defence, outcome))
            }
        }
        return (rows, pictures)
    }

    private func attacked(
        _ attack: PaperAttack, past defence: WhiteBoxRow.Defence
    ) throws -> WhiteBoxOutcome {
        let set = testImages.prefix(profile.whiteBoxImages)
        let detectors = try defence.detectors(self.detectors(attack, .unrounded))
        let subjects = try (detectors.isEmpty ? [] : AdaptiveAttack.sharpness).map {
            try GuardUnderAttack(classifier, watchedBy: .detectors(detectors), sharpness: $0)
        }
        let rectifier = try rectifier(.forAll)
        let copies = MaskedCopies(
            alpha: try alpha(attack), choice: .sensitive, count: Int(choices.copies))
        let started = Date()
        let title = "\(attack.rawValue) against \(defence.rawValue)"
        bench.observer.begin(title, total: set.count, unit: "images")
        var outcome = WhiteBoxOutcome(
            attempted: set.count, succeeded: [:], recovered: [:], norms: [:], passes: 0, seconds: 0)
        var passes = 0
        for start in stride(from: 0, to: set.count, by: 25) {
            let range = start..<min(start + 25, set.count)
            let piece = set.subset(Array(range))
            let images = try piece.tensor().to(classifier.device)
            let seeds = ImageSeeds(seed: bench.seed, range: range)
            let goal: Goal =
                try attack.isTargeted
                ? .targeted(
                    .random(
                        avoiding: piece.labels, classes: classifier.classCount, seeds: seeds
                    )
                ).to(classifier.device)
                : .untargeted(Labels(piece.labels)).to(classifier.device)
            let before = Date()
            let search = WhiteBoxAttack(
                attack: attack, choices: profile.whiteBoxChoices(choices), images: images,
                goal: goal, seeds: seeds)
            let (found, taken) = try search.search(past: subjects, classifier: classifier)
            outcome.seconds += Date().timeIntervalSince(before)
            passes += taken
            let rounded = try search.rounded(found, past: subjects, classifier: classifier)
            for rendition in Rendition.allCases {
                let shown = rendition == .rounded ? rounded : found
                let succeeded = try succeeds(shown, goal, detectors)
                let answers = try copies.labels(
                    of: rectifier, shown, heights: PixelHeights.of(shown, in: classifier))
                outcome.succeeded[rendition.rawValue, default: []] += succeeded
                outcome.recovered[rendition.rawValue, default: []] += zip(answers, piece.labels)
                    .map { $0 == $1 }
                outcome.norms[rendition.rawValue, default: []] += try (shown - images).rowNorms()
                    .floats()
            }
            // The first image of all, until there is one on which it succeeded.
            let place =
                outcome.succeeded[Rendition.unrounded.rawValue]?.firstIndex(of: true) ?? 0
            if [1, 3].contains(images.shape[1]), range.contains(place) {
                let row = [place - start]
                outcome.shown = place
                outcome.original = Data(try PNG.encode(images.rows(row).squeezed(0)))
                outcome.adversarial = Data(
                    try PNG.encode(EightBits.rounded(found.rows(row)).squeezed(0)))
            }
            try bench.observer.advance(to: range.upperBound, note: "")
        }
        outcome.passes = Double(passes) / Double(max(set.count, 1))
        outcome.seconds /= Double(max(set.count, 1))
        let share = Statistics.share(outcome.succeeded[Rendition.unrounded.rawValue] ?? [])
        bench.observer.finish(
            String(
                format: "%@: %d images, success %.3f, %.1f s", title, set.count, share,
                Date().timeIntervalSince(started)))
        return outcome
    }

    /// f says what the attacker wants, and by Eq. 12 the image is benign.
    private func succeeds(
        _ images: Tensor, _ goal: Goal, _ detectors: [Detector]
    ) throws -> [Bool] {
        let reached = try goal.isReached(in: classifier.logits(of: images)).bools()
        let sensitivity = try classifier.inputSensitivity(of: images)
        let logits = try detectors.map {
            try $0.judge(images: images, sensitivity: sensitivity).logit.floats()
        }
        let joined: [Float]? =
            logits.count == 2 ? PaperDetector.joined(logits[0], logits[1]) : logits.first
        return reached.indices.map { image in
            reached[image] && (joined.map { $0[image] <= 0 } ?? true)
        }
    }
}

extension WhiteBoxPicture {
    fileprivate init(
        _ attack: PaperAttack, _ defence: WhiteBoxRow.Defence, _ outcome: WhiteBoxOutcome
    ) {
        self.attack = attack
        self.defence = defence
        original = Array(outcome.original)
        adversarial = Array(outcome.adversarial)
        succeeded = outcome.succeeded[Rendition.unrounded.rawValue]?[outcome.shown] ?? false
        norm = outcome.norms[Rendition.unrounded.rawValue]?[outcome.shown] ?? .nan
    }
}

extension WhiteBoxRow {
    fileprivate init(
        _ attack: PaperAttack, _ rendition: Rendition, _ defence: Defence,
        _ outcome: WhiteBoxOutcome, data: PaperData
    ) {
        self.attack = attack
        self.rendition = rendition
        self.defence = defence
        attempted = outcome.attempted
        let flags = outcome.succeeded[rendition.rawValue] ?? []
        let places = flags.indices.filter { flags[$0] }
        let column = defence.paperColumn
        success = ComparedFigure(
            Proportion(successes: places.count, of: flags.count),
            paper: PaperNumbers.cell(
                attack.isTargeted ? .table5 : .table4, data, row: attack.rawValue, column: column),
            isJudged: false)
        let norms = outcome.norms[rendition.rawValue] ?? []
        meanL2 = places.isEmpty ? nil : Statistics.mean(places.map { Double(norms[$0]) })
        medianL2 = Statistics.median(places.map { norms[$0] })
        paperL2 = PaperNumbers.cell(.table6, data, row: attack.rawValue, column: column)?.value
        let given = outcome.recovered[rendition.rawValue] ?? []
        recovered =
            places.isEmpty
            ? nil
            : ComparedFigure(
                Proportion(successes: places.count { given[$0] }, of: places.count), paper: nil,
                isJudged: false)
        passes = outcome.passes
        seconds = outcome.seconds
    }
}
