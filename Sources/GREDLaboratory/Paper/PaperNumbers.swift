/// The numbers that the paper prints, to be set beside ours.
public enum PaperNumbers {
    /// Which of the paper's tables.
    public enum Table: String, Sendable, Codable {
        /// Accuracies of the classifiers on clean images, from the text (§4.2 and §4.3.2).
        case accuracy
        /// Attack success without the most sensitive pixels.
        case table1
        /// Grey-box detection.
        case table2
        /// Black-box detection.
        case table3
        /// Success of untargeted white-box attacks.
        case table4
        /// Success of targeted white-box attacks.
        case table5
        /// The L2 norm of what white-box attacks need.
        case table6
        /// Accuracy of the rectifier (`adversarial_only`) and of the joint defence (`mixed`).
        case table7
    }

    /// One printed number.
    public struct Cell: Sendable, Hashable {
        /// As it is printed.
        public var value: Double
        /// Why it cannot be, was probably copied, or is to be read with care; nil for all others.
        public var doubt: String?
    }

    private struct Place: Hashable {
        var table: Table
        var data: PaperData
        var row: String
        var column: String
    }

    private static let cells: [Place: Cell] = {
        var cells: [Place: Cell] = [:]
        for line in text.split(separator: "\n") {
            let parts = line.split(separator: "|", omittingEmptySubsequences: false)
                .map(String.init)
            // The text is the program's own: a line that cannot be read is a broken invariant.
            precondition(parts.count == 6, "\(line)")
            guard let table = Table(rawValue: parts[0]), let data = PaperData(rawValue: parts[1]),
                let value = Double(parts[4])
            else { preconditionFailure("\(line)") }
            cells[Place(table: table, data: data, row: parts[2], column: parts[3])] = Cell(
                value: value, doubt: parts[5].isEmpty ? nil : parts[5])
        }
        return cells
    }()

    /// How many numbers there are.
    public static var count: Int { cells.count }

    /// The number of a cell, by the titles that its table prints; nil where the paper has none.
    public static func cell(_ table: Table, _ data: PaperData, row: String, column: String)
        -> Cell?
    {
        cells[Place(table: table, data: data, row: row, column: column)]
    }
}

/// The paper's data sets, by the names of its tables.
public enum PaperData: String, Sendable, Codable, CaseIterable {
    /// Handwritten digits; generated ones stand in for them in small trials.
    case mnist = "MNIST"
    /// Small photographs.
    case cifar10 = "CIFAR10"
    /// 20 classes of ImageNet, or another folder of images in their place.
    case imageNet = "ImageNet"

    /// The data set that a name on the command line is compared with.
    public init(named name: String) {
        self =
            name == "cifar10" ? .cifar10 : ["mnist", "digits"].contains(name) ? .mnist : .imageNet
    }
}
