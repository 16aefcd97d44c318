// /work/main/Sources/GREDLaboratory/Documentation.docc/Stages.md
import Foundation
import GRED
import GREDAttacks
import GREDCharts
import GREDClassifiers
import GREDImages
import GREDLaboratory
import LibTorch
final class Deadline: WorkObserver {
    struct Passed: Error {}
    let date: Date
    init(_ date: Date) { self.date = date }

    func begin(_ title: String, total: Int, unit: String) { print(title) }
    func advance(to done: Int, note: String) throws { if Date() > date { throw Passed() } }
    func finish(_ summary: String) { print(summary) }
    func say(_ line: String) { print(line) }
}
