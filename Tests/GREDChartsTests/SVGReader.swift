import Foundation

#if canImport(FoundationXML)
    import FoundationXML
#endif

/// An SVG document taken apart by an XML parser that knows nothing of how it was made.
final class SVGReader: NSObject, XMLParserDelegate {
    struct Element {
        let name: String
        let attributes: [String: String]
        var text = ""
    }

    private(set) var elements: [Element] = []
    private(set) var fault: String?
    private var open: [Int] = []

    init(_ svg: String) {
        super.init()
        let parser = XMLParser(data: Data(svg.utf8))
        parser.delegate = self
        if !parser.parse() {
            fault = "line \(parser.lineNumber): \(String(describing: parser.parserError))"
        }
    }

    func all(_ name: String, class wanted: String? = nil) -> [Element] {
        elements.filter { element in
            let classes = (element.attributes["class"] ?? "").split(separator: " ").map(String.init)
            return element.name == name && (wanted.map(classes.contains) ?? true)
        }
    }

    var texts: [String] { all("text").map(\.text) }

    /// Coordinates that aren't numbers, or lie absurdly far away.
    var faultyCoordinates: [String] {
        let names = ["x", "y", "x1", "x2", "y1", "y2", "cx", "cy", "r", "width", "height"]
        var values: [String] = []
        for element in elements {
            values += names.compactMap { element.attributes[$0] }
            for list in ["d", "viewBox"] {
                let text = element.attributes[list] ?? ""
                values += text.split { "MLZ ".contains($0) }.map { String($0) }
            }
        }
        return values.filter { text in
            guard let value = Double(text) else { return true }
            return !value.isFinite || abs(value) > 20_000
        }
    }

    /// Every number of every path, as points.
    func points(ofPath index: Int, class wanted: String) -> [(x: Double, y: Double)] {
        let data = all("path", class: wanted)[index].attributes["d"] ?? ""
        let numbers = data.split { "MLZ ".contains($0) }.compactMap { Double($0) }
        return stride(from: 0, to: numbers.count - 1, by: 2).map { (numbers[$0], numbers[$0 + 1]) }
    }

    func parser(
        _ parser: XMLParser, didStartElement name: String, namespaceURI: String?,
        qualifiedName: String?, attributes: [String: String] = [:]
    ) {
        open.append(elements.count)
        elements.append(Element(name: name, attributes: attributes))
    }

    func parser(
        _ parser: XMLParser, didEndElement name: String, namespaceURI: String?,
        qualifiedName: String?
    ) {
        open.removeLast()
    }

    func parser(_ parser: XMLParser, foundCharacters text: String) {
        if let last = open.last { elements[last].text += text }
    }
}
