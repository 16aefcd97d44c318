/// One self-contained HTML page: headline figures, then sections of text, tables, charts and images.
///
/// The page refers to nothing outside itself, runs no script, and forbids both to the browser. It
/// follows the reader's light or dark setting and prints in black on white. All text is escaped;
/// the same values always give the same bytes.
///
/// ```swift
/// let page = ReportPage(
///     title: "DET_GRED on MNIST", subtitle: "grey-box, 10,000 test images",
///     cards: [Card("AUROC, ddn", value: "0.987", note: "0.971–0.995")],
///     sections: [Section("Detection", [.table(table), .chart(roc, caption: "Test images.")])])
/// try page.html().write(to: url, atomically: true, encoding: .utf8)
/// ```
public struct ReportPage: Sendable {
    /// The page's heading, and its name in a browser.
    public var title: String
    /// A line below the title, if given.
    public var subtitle: String?
    /// Headline figures, in a row below the title.
    public var cards: [Card]
    /// The body, from top to bottom; more than two are listed in a table of contents.
    public var sections: [Section]
    /// A line at the end, if given.
    public var footer: String?

    /// A page by its title; all else may be left out or set later.
    public init(
        title: String, subtitle: String? = nil, cards: [Card] = [], sections: [Section] = [],
        footer: String? = nil
    ) {
        self.title = title
        self.subtitle = subtitle
        self.cards = cards
        self.sections = sections
        self.footer = footer
    }

    /// The page as an HTML document, to be stored in UTF-8.
    public func html() -> String {
        PageTemplate.template.render(PageView(self))
    }
}

/// One headline figure.
public struct Card: Hashable, Sendable {
    /// What was measured.
    public var label: String
    /// The figure, with its unit.
    public var value: String
    /// What qualifies it, such as its interval or its sample, if given.
    public var note: String?
    /// How the figure is to be taken; it gives the figure its colour.
    public var tint: Tint

    /// - Parameter value: the figure as it is to be read, with its unit.
    public init(_ label: String, value: String, note: String? = nil, tint: Tint = .neutral) {
        self.label = label
        self.value = value
        self.note = note
        self.tint = tint
    }
}

/// A part of a ``ReportPage`` under a heading of its own.
public struct Section: Sendable {
    /// The heading, and the section's line in the table of contents.
    public var title: String
    /// What stands below the heading, from top to bottom.
    public var blocks: [Block]

    /// A heading and what stands below it; blocks may also come later.
    public init(_ title: String, _ blocks: [Block] = []) {
        self.title = title
        self.blocks = blocks
    }
}

/// What a ``Section`` is made of.
public enum Block: Sendable {
    /// Plain text; an empty line begins a new paragraph.
    case paragraph(String)
    /// A table; its title stands above, its note below.
    case table(Table)
    /// A drawing with a line of text below it, empty for none.
    case chart(any Chart, caption: String)
    /// Rows of images.
    case gallery(Gallery)
    /// Preformatted text that unfolds on a click: command, seed, hashes.
    case details(title: String, text: String)
}
