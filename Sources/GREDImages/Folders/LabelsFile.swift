import Foundation

/// A table of files and their labels: CSV, a line each.
///
///     file,label
///     photographs/1.jpg,tench
///     "one, two.png",goldfish
///
/// The first line may name the columns (`file,label`; `path`, `filename`, `image` and `class` do as
/// well). A field with a comma or a quotation mark is quoted, as in RFC 4180. Empty lines are
/// skipped.
struct LabelsFile: Equatable {
    struct Row: Equatable {
        var file: String
        var label: String
    }

    let rows: [Row]

    /// - Throws: ``ImageFolderError/labels(path:line:problem:)``, with `path`.
    init(_ bytes: [UInt8], path: String) throws {
        func fault(_ line: Int, _ problem: String) -> ImageFolderError {
            .labels(path: path, line: line, problem: problem)
        }
        // Spreadsheets begin their files with a mark of the encoding.
        let text = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? bytes[3...] : bytes[...]
        var rows: [Row] = []
        let lines = text.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        for (index, var line) in lines.enumerated() {
            if line.last == UInt8(ascii: "\r") { line.removeLast() }
            if line.isEmpty { continue }
            guard let text = String(validating: line, as: UTF8.self) else {
                throw fault(index + 1, "bytes that are not UTF-8")
            }
            guard let fields = Self.fields(of: text) else {
                throw fault(index + 1, "a quotation mark that is not closed at the field's end")
            }
            guard fields.count == 2, !fields[0].isEmpty, !fields[1].isEmpty else {
                throw fault(
                    index + 1,
                    fields.count == 2 ? "an empty field" : "\(fields.count) fields")
            }
            if rows.isEmpty, Self.isHeading(fields) { continue }
            rows.append(Row(file: fields[0], label: fields[1]))
        }
        self.rows = rows
    }

    private static func isHeading(_ fields: [String]) -> Bool {
        ["file", "filename", "path", "image"].contains(fields[0].lowercased())
            && ["label", "class"].contains(fields[1].lowercased())
    }

    /// Nil where a quotation does not end where its field ends.
    private static func fields(of line: String) -> [String]? {
        var fields: [String] = []
        var rest = line.unicodeScalars[...]
        while true {
            var field = String.UnicodeScalarView()
            if rest.first == "\"" {
                rest.removeFirst()
                while true {
                    guard let scalar = rest.popFirst() else { return nil }
                    if scalar != "\"" {
                        field.append(scalar)
                    } else if rest.first == "\"" {
                        // Twice stands for once.
                        field.append(rest.removeFirst())
                    } else {
                        break
                    }
                }
                guard rest.isEmpty || rest.first == "," else { return nil }
            } else {
                while let scalar = rest.first, scalar != "," { field.append(rest.removeFirst()) }
            }
            fields.append(String(field))
            guard !rest.isEmpty else { return fields }
            rest.removeFirst()
        }
    }
}
