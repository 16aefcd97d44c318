import GREDImages
import Testing

@testable import GREDLaboratory

@Suite("Data sets by name")
struct DataSetTests {
    @Test("no generated digit lies in two of the four sets")
    func digitsAreDisjoint() throws {
        let sets = try DataSet(named: "digits", observer: SilentObserver()).sets
        let parts = [sets.fit, sets.guard, sets.calibrate, sets.test]
        #expect(parts.map(\.count) == [12_000, 6_000, 2_000, 5_000])
        var seen: [[UInt8]: Int] = [:]
        var shared = 0
        for (place, part) in parts.enumerated() {
            for index in 0..<part.count {
                let image = try part.bytes(of: index)
                if let other = seen[image], other != place { shared += 1 }
                seen[image] = place
            }
        }
        #expect(shared == 0)
        // The start of a set holds every class, which small profiles rely on.
        for part in parts {
            #expect(part.prefix(100).classCounts.allSatisfy { (8...12).contains($0) })
        }
    }

    @Test("digits are not mirrored, and they say nothing of themselves")
    func digitsKeepTheirSide() throws {
        let data = try DataSet(named: "digits", observer: SilentObserver())
        #expect(data.augmentation == .digits && !data.augmentation.flips)
        #expect(data.notes.isEmpty)
    }

    @Test("an unknown name is refused with the names that there are")
    func unknownName() throws {
        let fault = try #require(throws: DataSetFault.self) {
            try DataSet(named: "mnst", observer: SilentObserver())
        }
        for name in ["mnst"] + DataSet.names { #expect(fault.description.contains(name)) }
    }
}
