/// Rows of images under common column titles: for each example the original, the adversarial
/// image, their difference, the sensitivity map and so on.
public struct Gallery: Hashable, Sendable {
    /// One image and what is said of it.
    public struct Item: Hashable, Sendable {
        /// The bytes of a PNG file.
        public var png: [UInt8]
        /// What the image shows, for those who can't see it.
        public var description: String
        /// A line above the image, such as the predicted label, if given.
        public var caption: String?
        /// A line below the image, such as a detector's verdict, if given.
        public var verdict: String?
        /// How the verdict is to be taken.
        public var tint: Tint

        /// - Parameter png: the bytes of a PNG file; they go into the page unchecked.
        public init(
            png: [UInt8], description: String, caption: String? = nil, verdict: String? = nil,
            tint: Tint = .neutral
        ) {
            self.png = png
            self.description = description
            self.caption = caption
            self.verdict = verdict
            self.tint = tint
        }
    }

    /// One example.
    public struct Row: Hashable, Sendable {
        /// What the example is: `ddn · label 7`.
        public var heading: String
        /// An image for each column, nil where there is none.
        public var items: [Item?]

        /// - Parameter items: one a column; fewer leave the last columns empty.
        public init(_ heading: String, items: [Item?]) {
            self.heading = heading
            self.items = items
        }
    }

    /// Titles of the columns; may be empty.
    public var columns: [String]
    /// The examples, from top to bottom.
    public var rows: [Row]
    /// A line below all rows, if given.
    public var caption: String?
    /// Width and height of an image on the page, in pixels.
    public var size: Int
    /// Whether pixels stay sharp squares when enlarged, as they should for small images.
    public var isPixelated: Bool

    /// By default each image is shown as 112 × 112 pixels, its own kept sharp.
    public init(
        columns: [String], rows: [Row], caption: String? = nil, size: Int = 112,
        isPixelated: Bool = true
    ) {
        self.columns = columns
        self.rows = rows
        self.caption = caption
        self.size = size
        self.isPixelated = isPixelated
    }
}
