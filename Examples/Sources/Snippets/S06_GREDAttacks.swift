// /work/main/Sources/GREDAttacks/Documentation.docc/GREDAttacks.md
import GREDAttacks
import GREDClassifiers
func snippet6() throws {

    let seeds = ImageSeeds(seed: 0, range: 0..<images.shape[0])
    let goal = Goal.untargeted(try Labels(labels))
    let adversarial = try PGD(epsilon: 0.3, stepSize: 0.01, steps: 40)
        .perturb(images, towards: goal, against: classifier, seeds: seeds)
    let fooled = try goal.isReached(in: classifier.logits(of: adversarial)).bools()
}
