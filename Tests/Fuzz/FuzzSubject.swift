import Foundation

/// Something that reads bytes which anybody may have written.
struct FuzzSubject {
    let name: String
    let mutator: Mutator
    /// Reads the bytes; throws where they are no good.
    let read: ([UInt8]) throws -> Void

    /// How a subject took an input.
    enum Answer {
        case accepted
        /// In a sentence.
        case refused
        /// In words that help nobody.
        case badly(String)
    }

    func answer(to bytes: [UInt8]) -> Answer {
        do {
            try read(bytes)
            return .accepted
        } catch {
            let sentence = String(describing: error)
            // A sentence of the project's own, and not a structure printed as it is.
            let isSentence =
                sentence.contains(" ") && !sentence.contains("Error Domain=")
                && !sentence.contains("Context(")
            return isSentence ? .refused : .badly(sentence)
        }
    }
}

/// A folder that subjects write their input to; removed at the end.
final class FuzzFolder {
    /// In memory where the system offers that: a file on a disk takes longer than all the rest.
    private static var home: URL {
        let memory = URL(filePath: "/dev/shm")
        return FileManager.default.isWritableFile(atPath: memory.path)
            ? memory : FileManager.default.temporaryDirectory
    }

    let url =
        home
        .appending(component: "gred-fuzz-\(UUID().uuidString)", directoryHint: .isDirectory)

    init() throws {
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: url) }

    func write(_ bytes: [UInt8], as name: String) throws -> URL {
        let file = url.appending(component: name)
        try Data(bytes).write(to: file)
        return file
    }
}
