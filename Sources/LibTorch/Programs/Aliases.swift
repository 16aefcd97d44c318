/// Which values of a program share memory, and which memory is written to: what operators' schemas
/// say, `Tensor(a)` for a view and `Tensor(a!)` for what is changed in place.
struct Aliases {
    /// For a value that is a view of another, the one whose memory it is.
    private var roots: [String: String] = [:]
    /// The values whose memory some node writes to.
    private(set) var changedRoots: Set<String> = []

    init(of program: Program) {
        for node in program.nodes {
            guard let name = node.operatorName, let text = Operator(name).schema,
                let schema = OperatorSchema(text)
            else { continue }
            for argument in schema.arguments
            where argument.isAliased || Self.returnsItsInput.contains(name) {
                for value in node[argument.name]?.names ?? [] {
                    let root = root(of: value)
                    for output in node.outputs.compactMap({ $0 }) { roots[output] = root }
                    if argument.isMutated { changedRoots.insert(root) }
                }
            }
        }
    }

    /// The value whose memory this one is.
    func root(of name: String) -> String { roots[name] ?? name }

    /// Whether some node writes to this value's memory.
    func isChanged(_ name: String) -> Bool { changedRoots.contains(root(of: name)) }

    /// Dropout that does nothing returns its input itself, whatever its schema says.
    private static let returnsItsInput: Set = [
        "aten::dropout", "aten::feature_dropout", "aten::alpha_dropout",
        "aten::feature_alpha_dropout",
    ]
}
