import Foundation
import GRED
import GREDAttacks
import GREDCharts
import GREDClassifiers
import GREDImages
import GREDLaboratory
import LibTorch
var x: Tensor { fatalError() }
var images: Tensor { fatalError() }
var labels: [Int] { [] }
var classifier: NetworkClassifier { fatalError() }
var sentry: Guard { fatalError() }
var folder: URL { fatalError() }
var file: URL { fatalError() }
var network: Sequential { fatalError() }
var generator: Generator { fatalError() }
func batch(_ step: Int) throws -> (Tensor, Tensor) { fatalError() }
