import Foundation
import GREDCharts
import LibTorch

/// All figures of a reproduction: the content of `report.json`.
public struct ReproductionReport: Sendable, Codable {
    /// What is needed to get the same figures again.
    public struct Provenance: Sendable, Codable {
        /// The command as it was typed.
        public var command: String
        /// The program and its version; nil where none was named.
        public var madeBy: String?
        /// Of everything random.
        public var seed: UInt64
        /// The profile's name.
        public var profile: String
        /// Its sizes, such as `testImages: 1000`.
        public var sizes: [String]
        /// What was taken where the paper is silent.
        public var choices: PaperChoices
        /// SHA-256 of f's weights.
        public var classifier: String
        /// What f is: the network and its width, where it is a built-in one.
        public var network: String
        /// SHA-256 of the weights of the network that black-box attacks are made on; nil before it is there.
        public var surrogate: String?
        /// SHA-256 of the manifest of the guard that was measured too, without what audits have added; nil
        /// where there is none.
        public var sentry: String?
        /// SHA-256 of the test images.
        public var testImages: String
        /// SHA-256 of the images that detectors and rectifiers train on.
        public var guardImages: String
        /// SHA-256 of the images that networks train on, and rectifiers besides.
        public var fitImages: String
        /// The version of libtorch that computed.
        public var libtorch: String
        /// Threads that libtorch was allowed on the CPU.
        public var threads: Int
        /// In libtorch's words: `cpu`, `cuda:0`.
        public var device: String
        /// What is smaller than the paper's, or otherwise to be known, a sentence each.
        public var notes: [String]
    }

    /// The test set's name.
    public var dataset: String
    /// Whose numbers stand beside ours.
    public var paper: PaperData
    /// f on clean test images.
    public var accuracy: ComparedFigure
    /// Table 2, for each rendition one row an attack.
    public var greyBox: [GreyBoxRow] = []
    /// Attacks that turned none of the images that detectors train on, and so have no rows but in Table 1
    /// and Fig. 5.
    public var unturned: [PaperAttack] = []
    /// Table 2: in how many rows each of the paper's four detectors is the best, unrounded.
    public var greyBoxWins = WinCount([])
    /// Insight I; nil where f's last layer is not linear.
    public var insightOne: InsightOne?
    /// Table 7, for each rendition one row an attack.
    public var jointDefence: [JointDefenceRow] = []
    /// Fig. 5, one curve an attack.
    public var maskingRate: [MaskingRateCurve] = []
    /// Table 1, with its control.
    public var maskingStudy: [MaskingStudyRow] = []
    /// The network that black-box attacks transfer from.
    public var surrogate: String?
    /// The surrogate on clean test images.
    public var surrogateAccuracy: ComparedFigure?
    /// Table 3, for each rendition one row an attack.
    public var transfer: [TransferRow] = []
    /// Table 3: in how many rows each of the paper's four detectors is the best, unrounded.
    public var transferWins: WinCount?
    /// Table 2 for some attacks on resampled photographs; empty for other data.
    public var resampled: [GreyBoxRow] = []
    /// Tables 4, 5 and 6, for each attack one row a defence and rendition.
    public var whiteBox: [WhiteBoxRow] = []
    /// Where the figures come from.
    public var provenance: Provenance

    /// - Parameter origin: how f came to be, for a reader who finds it less accurate than the paper's.
    init(_ setting: PaperSetting, accuracy: Proportion, origin: String) throws {
        let paper = setting.paper
        dataset = setting.data.sets.test.name
        self.paper = paper
        self.accuracy = ComparedFigure(
            accuracy,
            paper: PaperNumbers.cell(
                .accuracy, paper, row: paper == .imageNet ? "ResNet152" : "VGG11",
                column: "accuracy")
        ).explained(origin)
        provenance = try Provenance(setting)
    }

    /// Takes Table 2 and Insight I from the scores so far.
    mutating func take(
        _ scores: [PaperAttack: [Rendition: DetectorScores]], in setting: PaperSetting
    ) {
        greyBox = Rendition.allCases.flatMap { rendition in
            PaperAttack.allCases.compactMap { attack in
                scores[attack]?[rendition].map {
                    GreyBoxRow(attack, rendition, $0, setting: setting)
                }
            }
        }
        greyBoxWins = WinCount(
            greyBox.filter { $0.rendition == .unrounded }.map { row in
                Dictionary(
                    uniqueKeysWithValues: PaperDetector.ofPaper.compactMap { detector in
                        row[detector].map { (detector, $0.accuracy.ours) }
                    })
            })
        insightOne = PaperInsights(scores, .unrounded).insightOne
    }

    /// Takes the network that Table 3's images are made on.
    /// - Parameter origin: how it came to be.
    mutating func take(_ surrogate: Surrogate, accuracy: Proportion, origin: String) {
        self.surrogate = surrogate.name
        provenance.surrogate = surrogate.hash
        surrogateAccuracy = ComparedFigure(
            accuracy,
            paper: PaperNumbers.cell(
                .accuracy, paper, row: paper == .imageNet ? "InceptionV3" : "CWnet",
                column: "accuracy")
        ).explained(origin)
    }

    /// Adds rows to Table 3.
    mutating func add(_ rows: [TransferRow]) {
        transfer += rows.map { row in
            var row = row
            row.explain(
                greyBox.first { $0.attack == row.attack && $0.rendition == row.rendition })
            return row
        }
        transferWins = WinCount(
            transfer.filter { $0.rendition == .unrounded && $0.succeeded > 0 }.map { row in
                Dictionary(
                    uniqueKeysWithValues: PaperDetector.ofPaper.compactMap { detector in
                        row.detectors[detector.rawValue].map { (detector, $0.ours) }
                    })
            })
    }

    /// The report as JSON, keys in snake case; `null` where there is no number.
    public func json() throws -> Data { try ReportJSON.data(of: self) }
}

extension ReproductionReport.Provenance {
    init(_ setting: PaperSetting) throws {
        let bench = setting.bench
        command = bench.command
        seed = bench.seed
        profile = setting.profile.name
        sizes = setting.profile.sizes
        choices = setting.choices
        classifier = setting.hash
        network = setting.networkName
        sentry = setting.sentry?.identity
        testImages = try setting.testImages.contentHash
        guardImages = try setting.guardImages.contentHash
        fitImages = setting.fitHash
        libtorch = Engine.loadedVersion
        threads = Engine.threadCount
        device = bench.device.name
        notes = setting.data.notes + setting.notes
    }
}
