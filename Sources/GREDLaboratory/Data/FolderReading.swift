import Foundation
import GREDClassifiers
import GREDImages

/// How a folder of images becomes a data set.
public struct FolderReading {
    /// What pictures are made into; nil keeps their own size, which must then be one for all.
    public var shape: ImageShape?
    /// How pictures of other sizes fill the shape; nil scales them until they fill it and cuts out
    /// the middle.
    public var framing: Framing?
    /// A table of labels instead of a folder a class (CSV: file, label).
    public var labels: URL?
    /// The share of files that may be broken, 0…1.
    public var tolerance = 0.01
    /// Whom the images are for: it gives the shape and the names of the classes, and stands in
    /// where there are no labels.
    public let classifier: (any Classifier)?

    /// For nobody in particular.
    public init(shape: ImageShape? = nil) {
        self.shape = shape
        classifier = nil
    }

    /// For a classifier.
    public init(for classifier: any Classifier) {
        shape = classifier.inputShape
        self.classifier = classifier
    }
}
