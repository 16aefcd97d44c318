import Foundation

extension ImageFolder {
    /// What sizes and colours the files have, before any is read as a whole.
    public struct Survey: Sendable, Equatable {
        /// How many pictures there are of each shape, once they are upright.
        public private(set) var shapes: [ImageShape: Int] = [:]
        /// Files that give no picture.
        public private(set) var broken = 0

        /// Of no files.
        public init() {}

        /// Of both together.
        public static func + (left: Survey, right: Survey) -> Survey {
            var sum = left
            sum.shapes.merge(right.shapes, uniquingKeysWith: +)
            sum.broken += right.broken
            return sum
        }

        mutating func count(_ shape: ImageShape?) {
            if let shape { shapes[shape, default: 0] += 1 } else { broken += 1 }
        }

        /// The shape of all pictures where they have one size: in colour where any of them is. Nil
        /// where sizes differ, or there is no picture.
        public var commonShape: ImageShape? {
            guard let some = shapes.keys.first,
                shapes.keys.allSatisfy({ $0.height == some.height && $0.width == some.width })
            else { return nil }
            let channels = shapes.keys.map(\.channels).max() ?? some.channels
            return ImageShape(channels: channels, height: some.height, width: some.width)
        }
    }

    /// Looks at the header of every file.
    ///
    /// - Parameter progress: Is told how many files are done; what it throws ends the work.
    public func survey(progress: (Int) throws -> Void = { _ in }) rethrows -> Survey {
        let found = ReadAhead(count, ahead: 64) { [self] index in
            (try? Data(contentsOf: file(of: items[index]))).flatMap {
                try? Picture.shape(of: [UInt8]($0))
            }
        }
        var survey = Survey()
        for (index, shape) in found.enumerated() {
            survey.count(shape)
            try progress(index + 1)
        }
        return survey
    }
}
