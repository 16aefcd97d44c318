// /work/main/Sources/GRED/Documentation.docc/The-bundle.md
import Foundation
import GRED
import GREDAttacks
import GREDCharts
import GREDClassifiers
import GREDImages
import GREDLaboratory
import LibTorch
func snippet4() throws {
    let manifest = try GuardBundle.manifest(of: folder)
    print(manifest.madeBy, manifest.classifier.inputShape, manifest.training)
}
