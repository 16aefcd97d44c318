import Foundation
import GREDLaboratory

/// JSON on standard output, in the form of the reports.
enum JSONOutput {
    static func print(_ value: some Encodable, isPretty: Bool = true) throws {
        let data = try ReportJSON.data(of: value, isPretty: isPretty)
        Swift.print(String(decoding: data, as: UTF8.self))
    }
}
