import Foundation

/// A ``Gallery`` in the shape of the page's template.
struct GalleryView {
    let hasTitles: Bool
    let titles: [Markup]
    let galleryRows: [GalleryRowView]
    let galleryCaption: Markup?
    let size: Markup
    let rendering: Markup
    /// How many columns a row's heading spans.
    let span: Markup

    init(_ gallery: Gallery) {
        hasTitles = gallery.columns.contains { !$0.isEmpty }
        let width = max(gallery.columns.count, gallery.rows.map(\.items.count).max() ?? 0, 1)
        let untitled = Array(repeating: "", count: width - gallery.columns.count)
        titles = (gallery.columns + untitled).map { Markup($0) }
        galleryRows = gallery.rows.map { GalleryRowView($0, width: width) }
        galleryCaption = gallery.caption.map { Markup($0) }
        size = Markup(String(max(1, gallery.size)))
        rendering = Markup(gallery.isPixelated ? "pixelated" : "smooth")
        span = Markup(String(width))
    }
}

struct GalleryRowView {
    let heading: Markup
    let hasCaptions: Bool
    let hasVerdicts: Bool
    let items: [ItemView]

    init(_ row: Gallery.Row, width: Int) {
        heading = Markup(row.heading)
        hasCaptions = row.items.contains { $0?.caption != nil }
        hasVerdicts = row.items.contains { $0?.verdict != nil }
        let empty = Array(repeating: ItemView(nil), count: width - row.items.count)
        items = row.items.map { ItemView($0) } + empty
    }
}

/// A place of the gallery, with or without an image.
struct ItemView {
    let image: ImageView?
    let imageCaption: Markup?
    let verdict: Markup?
    let verdictTint: Markup

    init(_ item: Gallery.Item?) {
        image = item.map {
            ImageView(
                base64: Markup(trusted: Data($0.png).base64EncodedString()),
                alternative: Markup($0.description))
        }
        imageCaption = item?.caption.map { Markup($0) }
        verdict = item?.verdict.map { Markup($0) }
        verdictTint = Markup((item?.tint ?? .neutral).rawValue)
    }
}

struct ImageView {
    let base64: Markup
    let alternative: Markup
}
