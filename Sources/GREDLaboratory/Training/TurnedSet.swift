import Foundation
import GREDImages

/// The images that an attack turned, at 8 bits, and what they were before. Both lie where sets do, so that
/// memory does not grow with them.
package struct TurnedSet {
    /// As they were, under their true labels.
    package let originals: ImageSet
    /// As the attack left them, in the same order and under the same labels.
    package let adversarial: ImageSet
    /// Where the originals stood among the images that were attacked, `[N]`.
    package let places: [Int]

    package var count: Int { places.count }

    /// The true labels, `[N]`.
    package var labels: [Int] { originals.labels }

    /// Every n-th of the images that were attacked in one part, the others in the other: what several
    /// attacks made of an image is in the same part.
    func parted(every n: Int) -> (rest: TurnedSet, part: TurnedSet) {
        let (rest, part) = TurnedImages.parting(places, every: n)
        return (picked(rest), picked(part))
    }

    private func picked(_ rows: [Int]) -> TurnedSet {
        TurnedSet(
            originals: originals.subset(rows), adversarial: adversarial.subset(rows),
            places: rows.map { places[$0] })
    }

    /// All of it.
    package func inMemory() throws -> TurnedImages {
        TurnedImages(
            originals: try originals.tensor().toBytes(),
            adversarial: try adversarial.tensor().toBytes(), labels: labels, places: places)
    }
}

extension AttackExperiment {
    /// What attacks turn of images that the classifier gets right.
    /// - Parameter attacks: each with the places of its images in the set.
    func turned(
        by attacks: [(plan: AttackPlan, places: [Int])], of images: ImageSet
    ) throws -> [TurnedSet] {
        let written = try ImageSetWriter(
            images.shape, classNames: images.classNames, in: bench.store.folder)
        let found = try attacks.map { plan, places in
            let first = written.count
            var turned: [Int] = []
            _ = try run(plan, on: images.subset(places)) { piece in
                let survivors = piece.record.survivors
                try written.append(
                    piece.record.rounded.rows(survivors),
                    labels: survivors.map { piece.record.labels[$0] })
                turned += survivors.map { places[piece.first + $0] }
            }
            return (turned, Array(first..<written.count))
        }
        let adversarial = written.set(named: "\(images.name), attacked")
        return found.map { places, rows in
            TurnedSet(
                originals: images.subset(places), adversarial: adversarial.subset(rows),
                places: places)
        }
    }
}
