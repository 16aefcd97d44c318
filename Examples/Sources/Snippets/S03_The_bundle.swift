// /work/main/Sources/GRED/Documentation.docc/The-bundle.md
import Foundation
import GRED
import GREDAttacks
import GREDCharts
import GREDClassifiers
import GREDImages
import GREDLaboratory
import LibTorch
func snippet3() throws {
    try GuardBundle.write(
        sentry, training: ["Trained on FGSM and DDN."], madeBy: "my program 1.0", to: folder)
    let key = ProcessInfo.processInfo.environment["GRED_KEY"].map(GuardKey.init)
    let same = try GuardBundle.read(folder, key: key ?? .published)
}
