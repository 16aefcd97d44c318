import GREDClassifiers
import LibTorch
import Testing

@testable import GREDAttacks

/// An image's result depends neither on its neighbours nor on the size of the batch.
struct BatchTests {
    /// A batch of another size sums its convolutions in another order. That last bit is all that
    /// may differ, except where it decides how DDN rounds a pixel, when CW lets an image go or whether
    /// FAB is past the boundary: then an image goes its own way from there, and few do.
    @Test("The same in batches of 1, 3 and all, and in another order", arguments: everyAttack)
    func sizes(attack: any Attack) throws {
        let subject = try Subject()
        let goal = try subject.goal(for: attack)
        let whole = try subject.perturbed(by: attack, towards: goal)
        let order = Array(0..<subject.count)
        var stream = RandomStream(seed: 9, purpose: "order")
        let shuffled = stream.permutation(subject.count)
        let batches = [
            order.map { [$0] },
            stride(from: 0, to: subject.count, by: 3).map {
                Array($0..<min($0 + 3, subject.count))
            },
            [shuffled],
        ]
        let isDiscontinuous = attack is DDN || attack is CW || attack is FAB
        for batch in batches {
            var parted = 0
            for places in batch {
                let found = try subject.perturbed(by: attack, towards: goal, places: places)
                let expected = try whole.rows(places)
                parted += try largestDifferences(found, expected).count { $0 > 1e-5 }
                let lengths = try [found, expected].map {
                    try ($0 - subject.images.rows(places)).rowNorms().floats()
                }
                #expect(zip(lengths[0], lengths[1]).allSatisfy { abs($0 - $1) < 0.02 })
            }
            #expect(parted <= (isDiscontinuous ? 2 : 0))
        }
    }

    @Test("Twice the same call gives the same bytes", arguments: everyAttack)
    func repeatable(attack: any Attack) throws {
        let subject = try Subject()
        let goal = try subject.goal(for: attack)
        let one = try subject.perturbed(by: attack, towards: goal)
        #expect(try one.bytes() == subject.perturbed(by: attack, towards: goal).bytes())
    }

    @Test(
        "An image whose logits are not numbers harms no neighbour and counts as no success",
        arguments: everyAttack)
    func poisoned(attack: any Attack) throws {
        let subject = try Subject()
        let white = try Tensor.ones([1, 1, 12, 12])
        let images = try subject.images.replacingRows([5], with: white)
        let poison = Altered(subject.network) { logits, images in
            let isWhite = try images.detached().flattened(from: 1).mean([1]) .> 0.6
            return try logits
                + isWhite.choose(Tensor.full([1], .nan), Tensor.zeros([1])).unsqueezed(1)
        }
        let goal = try subject.untargeted
        let found = try attack.perturb(
            images, towards: goal, against: poison, seeds: subject.seeds)
        let healthy = try subject.perturbed(by: attack, towards: goal)

        let others = (0..<subject.count).filter { $0 != 5 }
        let differences = try largestDifferences(found.rows(others), healthy.rows(others))
        // See above for what a last bit may do.
        #expect(
            differences.count { $0 > 1e-5 }
                <= (attack is DDN || attack is CW || attack is FAB ? 2 : 0))
        let reached = try goal.isReached(in: poison.logits(of: found)).bools()
        #expect(!reached[5])
        let result = try found.rows([5])
        #expect(try result.floats().allSatisfy { (0...1).contains($0) })
        if type(of: attack).isMinimumNorm { #expect(try result.bytes() == white.bytes()) }
    }
}
