import Foundation

/// What a model returns: one tensor, or tuples, lists and dictionaries of them, as the text of a
/// PyTorch tree specification says.
struct OutputStructure {
    /// The path of each leaf, in order: empty for a single tensor, else such as `0`, `logits`,
    /// `out.1`.
    var paths: [String] = []

    /// Reads `[1, {"type": "builtins.tuple", "context": …, "children_spec": […]}]`; nil where it is
    /// none.
    init?(treeSpec text: String) {
        guard let json = try? JSONSerialization.jsonObject(with: Data(text.utf8)),
            let parts = json as? [Any], parts.count == 2, let root = parts[1] as? [String: Any],
            collect(root, path: [], depth: 0)
        else { return nil }
    }

    private mutating func collect(_ node: [String: Any], path: [String], depth: Int) -> Bool {
        guard depth < 32, let children = node["children_spec"] as? [[String: Any]] else {
            return false
        }
        guard node["type"] is String else {
            paths.append(path.joined(separator: "."))
            return true
        }
        let keys = Self.keys(node["context"], count: children.count)
        return zip(keys, children).allSatisfy { key, child in
            collect(child, path: path + [key], depth: depth + 1)
        }
    }

    /// A dictionary's context is the list of its keys; a tuple's says nothing.
    private static func keys(_ context: Any?, count: Int) -> [String] {
        var value = context
        if let text = context as? String {
            value = try? JSONSerialization.jsonObject(
                with: Data(text.utf8), options: .fragmentsAllowed)
        }
        if let fields = value as? [Any], fields.count == count {
            return fields.map { "\($0)" }
        }
        return (0..<count).map(String.init)
    }
}
