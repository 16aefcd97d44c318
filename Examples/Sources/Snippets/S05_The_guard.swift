// /work/main/Sources/GRED/Documentation.docc/The-guard.md
import Foundation
import GRED
import GREDAttacks
import GREDCharts
import GREDClassifiers
import GREDImages
import GREDLaboratory
import LibTorch
func snippet5() throws {
    let sensitivity = try classifier.inputSensitivity(of: images)
    let org = try sentry.org.judge(images: images, sensitivity: sensitivity)
    let sen = try sentry.sen.judge(images: images, sensitivity: sensitivity)
    let (opinion, orgDecides) = try EntropyFusion.joined(org: org, sen: sen)
    print(try opinion.adversarialProbability().floats(), try orgDecides.bools())
}
