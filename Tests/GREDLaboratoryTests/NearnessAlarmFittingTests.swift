import GREDImages
import LibTorch
import TestSupport
import Testing

@testable import GRED
@testable import GREDLaboratory

@Suite("Fitting the alarm of nearness")
struct NearnessAlarmFittingTests {
    private let toy: LinearClassifier
    private let detector: UniversalDetector

    init() throws {
        try useOneThread()
        let shape = ImageShape(channels: 1, height: 16, width: 16)
        toy = try LinearClassifier(shape: shape)
        detector = try UniversalDetector(
            .init(
                imageShape: shape, readsMap: false, noise: .none, width: 4,
                planes: .identity(planes: 1), numbers: .identity(planes: 5)), seed: 5)
    }

    @Test("goes by what the detector says of each image, whatever the batches")
    func fits() throws {
        let clean = try Toys.darkAndBright(300, seed: 3)
        let found = try #require(
            try NearnessAlarm(for: detector, on: clean, in: toy, observer: SilentObserver()))
        let images = try clean.tensor()
        let reading = try detector.read(
            images, sensitivity: toy.inputSensitivity(of: images), in: toy, key: .published)
        let expected = try #require(
            NearnessAlarm(
                logOdds: try detector.judge(reading).logit.floats(),
                logDistances: try reading.logDistance().floats()))
        #expect(abs(found.offset - expected.offset) < 1e-3 * abs(expected.offset))
        #expect(abs(found.slope - expected.slope) < 1e-3 * expected.slope)
        #expect(found.slope > 0)
    }

    @Test("is left out where there are too few images, and that is said")
    func tooFew() throws {
        let clean = try Toys.darkAndBright(199, seed: 3)
        let observer = RecordingObserver()
        #expect(
            try NearnessAlarm(for: detector, on: clean, in: toy, observer: observer) == nil)
        #expect(observer.lines.contains { $0.contains("199 images of") })
    }
}
