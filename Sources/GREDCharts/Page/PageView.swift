import Foundation

/// A ``ReportPage`` in the shape of the page's template: every property is a name in it.
///
/// The template engine looks a missing name up in the surrounding values, so no two types here
/// share an optional property's name.
struct PageView {
    let pageTitle: Markup
    let subtitle: Markup?
    let hasCards: Bool
    let cards: [CardView]
    let hasContents: Bool
    let sections: [SectionView]
    let footer: Markup?
    let style = Markup(trusted: PageStyle.css)

    init(_ page: ReportPage) {
        pageTitle = Markup(page.title)
        subtitle = page.subtitle.map { Markup($0) }
        hasCards = !page.cards.isEmpty
        cards = page.cards.map { CardView($0) }
        // Two sections are seen at a glance.
        hasContents = page.sections.count > 2
        sections = page.sections.enumerated().map { SectionView($0.element, number: $0.offset + 1) }
        footer = page.footer.map { Markup($0) }
    }
}

struct CardView {
    let label: Markup
    let value: Markup
    let cardNote: Markup?
    let tint: Markup

    init(_ card: Card) {
        label = Markup(card.label)
        value = Markup(card.value)
        cardNote = card.note.map { Markup($0) }
        tint = Markup(card.tint.rawValue)
    }
}

struct SectionView {
    let number: Markup
    let sectionTitle: Markup
    let blocks: [BlockView]

    init(_ section: Section, number: Int) {
        self.number = Markup(String(number))
        sectionTitle = Markup(section.title)
        blocks = section.blocks.map { BlockView($0) }
    }
}

/// One of its properties is set.
struct BlockView {
    var paragraphs: [Markup] = []
    var table: TableView?
    var chart: ChartView?
    var gallery: GalleryView?
    var details: DetailsView?

    init(_ block: Block) {
        switch block {
        case .paragraph(let text): paragraphs = Self.paragraphs(of: text)
        case .table(let value): table = TableView(value)
        case .chart(let drawing, let caption):
            chart = ChartView(
                svg: Markup(trusted: drawing.svg()),
                chartCaption: caption.isEmpty ? nil : Markup(caption))
        case .gallery(let value): gallery = GalleryView(value)
        case .details(let title, let text):
            details = DetailsView(summary: Markup(title), preformatted: Markup(text))
        }
    }

    private static func paragraphs(of text: String) -> [Markup] {
        text.replacingOccurrences(of: "\r\n", with: "\n").components(separatedBy: "\n\n")
            .map { $0.trimmingCharacters(in: .whitespacesAndNewlines) }
            .filter { !$0.isEmpty }
            .map { Markup($0) }
    }
}

struct ChartView {
    let svg: Markup
    let chartCaption: Markup?
}

struct DetailsView {
    let summary: Markup
    let preformatted: Markup
}
