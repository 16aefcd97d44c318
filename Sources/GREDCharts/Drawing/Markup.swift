import Mustache

/// Text that may stand in HTML, XML or an attribute as it is.
///
/// The page's template is filled with this type only and never escapes by itself: the template
/// engine escapes `Character`s, so that a quotation mark followed by a combining accent (one
/// `Character`) would pass; a browser reads scalars and sees the quotation mark.
struct Markup: Hashable, Sendable, MustacheCustomRenderable {
    let renderText: String
    var isNull: Bool { false }

    /// Plain text, made harmless.
    init(_ text: String) {
        var result = ""
        result.reserveCapacity(text.utf8.count)
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "'": result += "&#39;"
            // Characters that XML 1.0 forbids even as references.
            case "\0"..."\u{8}", "\u{B}", "\u{C}", "\u{E}"..."\u{1F}", "\u{FFFE}", "\u{FFFF}":
                result.unicodeScalars.append("\u{FFFD}")
            default: result.unicodeScalars.append(scalar)
            }
        }
        renderText = result
    }

    /// Mark-up made by this module or by a ``Chart``.
    init(trusted markup: String) {
        renderText = markup
    }
}
