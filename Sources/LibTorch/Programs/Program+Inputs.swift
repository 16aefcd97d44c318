extension Program {
    /// Throws where tensors are not what the program was exported for, with the remedy.
    func check(_ tensors: [Tensor]) throws {
        guard tensors.count == inputs.count else {
            throw ProgramFault.input(
                reason:
                    "The program takes \(inputs.count) tensors, and \(tensors.count) were given.")
        }
        var symbols: [String: Int] = [:]
        for (input, tensor) in zip(inputs, tensors) { try check(tensor, input, &symbols) }
    }

    private func check(_ tensor: Tensor, _ input: Input, _ symbols: inout [String: Int]) throws {
        let shape = tensor.shape
        func fault(_ detail: String) -> ProgramFault {
            .input(
                reason:
                    "The program takes '\(input.name)' of shape \(describe(input.sizes)), and \(shape.map(String.init).joined(separator: "×")) was given\(detail)."
            )
        }
        guard shape.count == input.sizes.count else { throw fault("") }
        if let dtype = input.dtype, tensor.dtype != dtype {
            throw TorchError.wrongElementType(expected: "\(dtype)", found: "\(tensor)")
        }
        for (place, (size, found)) in zip(input.sizes, shape).enumerated() {
            switch size {
            case .fixed(let number):
                guard number != found else { continue }
                // The first dimension is the batch, nearly always.
                throw fault(place == 0 ? ". \(Self.dynamicBatchRemedy)" : "")
            case .open(.symbol(let symbol)):
                if let known = symbols[symbol], known != found { throw fault("") }
                symbols[symbol] = found
                if let range = ranges[symbol], !range.contains(found) {
                    throw fault(
                        ", beyond \(range.lowerBound)…\(range.upperBound == .max ? "∞" : "\(range.upperBound)")"
                    )
                }
            case .open(let expression):
                if let known = expression.value(symbols), known != found { throw fault("") }
            }
        }
    }

    /// How to export with an open batch size.
    static let dynamicBatchRemedy =
        "Export it with an open batch: torch.export.export(model, (images,), dynamic_shapes=({0: torch.export.Dim(\"batch\", min=1, max=1024)},))"

    private func describe(_ sizes: [Size]) -> String {
        sizes.map { size in
            switch size {
            case .fixed(let number): "\(number)"
            case .open(let expression): expression.description
            }
        }.joined(separator: "×")
    }

    /// The batch sizes that the first input takes, or nil for any.
    public var batchSizes: ClosedRange<Int>? {
        switch inputs.first?.sizes.first {
        case .fixed(let size): size...size
        case .open(.symbol(let symbol)): ranges[symbol]
        default: nil
        }
    }
}
