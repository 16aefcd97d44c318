import Foundation

/// Why a data set cannot be split in four.
public enum FourSetsError: Error, Sendable, Equatable {
    /// The training and test images differ in shape or in the names of their classes.
    case unlike(train: String, test: String)
    /// A size below 0 was asked for.
    case negative(set: String, size: Int)
    /// The sizes add up to more than the usable training images; `leftOut` more may lie in no set.
    case tooFew(set: String, wanted: Int, usable: Int, leftOut: Int)
    /// A class cannot give exactly its share without parting copies of one image.
    case copiesDoNotFit(set: String, size: Int)
    /// A share below 0, or shares of more than the whole.
    case badShares(FourSets.Shares)
}

extension FourSetsError: LocalizedError, CustomStringConvertible {
    public var errorDescription: String? { description }

    public var description: String {
        switch self {
        case .unlike(let train, let test):
            "expected training and test images of one shape and the same classes, found \(train) "
                + "and \(test); pass the two parts of one data set"
        case .negative(let set, let size):
            "expected a size of 0 or more for the set \(set), found \(size); pass a number of "
                + "images"
        case .tooFew(let set, let wanted, let usable, let leftOut):
            "\(set): expected at least \(wanted) images to share out, found \(usable)"
                + (leftOut > 0
                    ? " (\(leftOut) more occur in the test set too or carry two labels)" : "")
                + "; ask for smaller sets"
        case .copiesDoNotFit(let set, let size):
            "expected to fill the set \(set) with exactly \(size) images, found that copies of "
                + "one image would have to be torn apart; remove the copies or ask for another size"
        case .badShares(let shares):
            "expected shares of 0 or more that add up to at most 1, found \(shares.guard), "
                + "\(shares.calibrate) and \(shares.test); mend them"
        }
    }
}
