import GREDAttacks
import GREDImages
import Testing

@testable import GREDLaboratory

@Suite("What a universal guard is measured on")
struct EvaluationCellsTests {
    private let shape = ImageShape(channels: 3, height: 32, width: 32)
    private let count = UniversalRecipe.full.testImages

    private func family(_ family: AttackFamily) throws -> [AttackPlan] {
        try EvaluationCells.family(family, shape: shape, count: count)
    }

    private func unseen() throws -> [AttackPlan] {
        try EvaluationCells.neverTrainedOn(shape: shape, count: count)
    }

    @Test("of each family are attacks from its weak end to its strong one, 300 images of each")
    func families() throws {
        #expect(
            try family(.nearBoundary).map(\.title)
                == ["ddn, κ 0", "ddn, κ 4", "ddn, κ 8", "ddn, κ 14", "ddn, κ 20"])
        #expect(
            try family(.farPast).map(\.title)
                == ["fgsm, 4/255", "fgsm, 8/255", "pgd, 2/255", "pgd, 8/255"])
        #expect(
            try (family(.nearBoundary) + family(.farPast)).map(\.count)
                == Array(repeating: 400, count: 9))
        #expect(
            try (family(.nearBoundary) + family(.farPast) + unseen()).allSatisfy {
                $0.wanted == 300
            })
    }

    @Test("are also attacks that no guard trains on, each on 300 images or more")
    func neverTrainedOn() throws {
        let unseen = try unseen()
        #expect(
            unseen.map(\.title) == [
                "deepfool", "cw, κ 0", "cw, κ 5", "cw, κ 10", "pgd-l2, L2 0.5", "fab",
                "square, 8/255",
            ])
        #expect(unseen.allSatisfy { (300...count).contains($0.count) })
        let trained = try AttackFamily.allCases.flatMap {
            try $0.trainingPlans(for: shape, count: 1_000)
        }
        let names = Set(trained.map { $0.attack.name })
        #expect(names == ["ddn", "fgsm", "pgd"])
        #expect(names.isDisjoint(with: unseen.map { $0.attack.name }))
    }

    @Test("are harmless changes, with noise of the same strength a pixel whatever the size")
    func corruptions() {
        #expect(
            EvaluationCells.corruptions(of: shape).map(\.title) == [
                "noise, L2 0.4", "noise, L2 1", "JPEG quality 75", "blur σ 0.5", "shift 1 right",
            ])
        let larger = ImageShape(channels: 3, height: 64, width: 64)
        #expect(
            EvaluationCells.corruptions(of: larger).prefix(2).map(\.title) == [
                "noise, L2 0.8", "noise, L2 2",
            ])
        let five = ImageShape(channels: 5, height: 32, width: 32)
        #expect(!EvaluationCells.corruptions(of: five).contains(.jpeg(quality: 75)))
    }
}
