import Foundation
import Testing

extension Outcome {
    /// Expects that bad input was refused well: one sentence on standard error that holds all the
    /// words, a status of failure, nothing on standard output.
    /// - Parameter afterWork: whether lines of progress may come before the sentence.
    func expectRefusal(
        _ words: [String], afterWork: Bool = false,
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        #expect(!wasKilled, "ended by signal \(status)", sourceLocation: sourceLocation)
        #expect(status == 1 || status == 64, "\(status)", sourceLocation: sourceLocation)
        #expect(output.isEmpty, sourceLocation: sourceLocation)
        var lines = errors.split(separator: "\n").map(String.init)
        // A mistake in the command itself is followed by how it is used.
        if status == 64 {
            lines.removeAll { line in
                ["Usage: ", "  See '", "Help:  "].contains { line.hasPrefix($0) }
            }
        }
        let sentences = lines.filter { $0.hasPrefix("Error: ") }
        #expect(sentences.count == 1, "\(errors)", sourceLocation: sourceLocation)
        if !afterWork {
            #expect(lines.count == 1, "\(errors)", sourceLocation: sourceLocation)
        }
        let sentence = sentences.first ?? ""
        #expect(sentence.count > 30 && sentence.count < 500, sourceLocation: sourceLocation)
        for word in words {
            #expect(
                sentence.contains(word), "'\(word)' in: \(sentence)",
                sourceLocation: sourceLocation)
        }
        for mark in ["Error Domain", "Exception raised", "Fatal error", "aten::", "Optional("] {
            #expect(!errors.contains(mark), "\(errors)", sourceLocation: sourceLocation)
        }
    }
}
