import GREDClassifiers
import LibTorch
import TestSupport
import Testing

@testable import GREDAttacks

struct FABTests {
    @Test("Finds what adv-lib finds, hardly longer, image by image", arguments: [20, 100])
    func peer(steps: Int) throws {
        let subject = try Subject()
        let goal = try subject.untargeted
        let theirs = try Outcome(
            Golden("fab")["\(steps) steps"], from: subject.images, towards: goal,
            against: subject.network)
        let ours = try Outcome(
            subject.perturbed(by: FAB(steps: steps), towards: goal), from: subject.images,
            towards: goal, against: subject.network)
        #expect(ours.successes >= theirs.successes)
        #expect(ours.medianLength <= theirs.medianLength * 1.005)
        for image in 0..<subject.count where theirs.reached[image] {
            #expect(ours.lengths[image] <= theirs.lengths[image] * 1.05 + 1e-4, "image \(image)")
        }
    }

    @Test("Steps to the nearest point of a hyperplane within the box")
    func projection() throws {
        try useOneThread()
        var stream = RandomStream(seed: 7, purpose: "hyperplanes")
        let (count, size) = (40, 6)
        let points = try Tensor(stream.uniforms(count * size, in: 0...1), shape: [count, size])
        let normals = try Tensor(stream.normals(count * size), shape: [count, size])
        let gaps = try Tensor(stream.normals(count))
        let step = try BoxedHyperplane.step(from: points, normals: normals, gaps: gaps)
        let landed = try points + step
        let left = try (gaps + (normals * step).sum([1])).floats()
        #expect(try landed.floats().allSatisfy { (-1e-6...1 + 1e-6).contains($0) })
        // It is met wherever the box allows, and then no feasible point near it is nearer.
        let reach =
            try normals.abs()
            * (normals * gaps.sign().unsqueezed(1) .> 0)
            .choose(points, 1 - points)
        let most = try reach.sum([1]).floats()
        let wanted = try gaps.abs().floats()
        for index in 0..<count {
            if most[index] > wanted[index] {
                #expect(abs(left[index]) < 1e-4)
            } else {
                #expect(abs(abs(left[index]) - (wanted[index] - most[index])) < 1e-4)
            }
        }
        // Optimality: moving along the plane inside the box makes the step longer.
        let lengths = try step.rowNorms().floats()
        for _ in 0..<50 {
            let noise = try Tensor(stream.normals(count * size), shape: [count, size]) * 0.05
            let along =
                try noise
                - normals
                * ((noise * normals).sum([1]) / normals.square().sum([1])).unsqueezed(1)
            let other = try landed + along
            let inside = try other.rowMinima().floats().indices.map { index in
                try other.rowMinima().floats()[index] >= 0
                    && other.rowMaxima().floats()[index] <= 1
            }
            let others = try (other - points).rowNorms().floats()
            for index in 0..<count where inside[index] && most[index] > wanted[index] {
                #expect(others[index] >= lengths[index] - 1e-4)
            }
        }
    }
}
