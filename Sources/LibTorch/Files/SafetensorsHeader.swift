import Foundation

/// The checked header of a safetensors file: after this, every range lies inside the file, belongs
/// to one tensor, and is as long as that tensor's shape and type say.
struct SafetensorsHeader {
    struct Entry {
        var name: String
        var dtype: DType
        var shape: [Int]
        /// Where its bytes stand in the file.
        var range: Range<Int>
    }

    var entries: [Entry] = []
    var metadata: [String: String] = [:]

    init(_ file: Data, path: String) throws {
        func fault(_ reason: String) -> TorchError { .badFile(path: path, reason: reason) }

        guard file.count >= 8 else {
            throw fault("a safetensors file has at least 8 bytes, and this one has \(file.count).")
        }
        let length = file.prefix(8).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        guard length <= UInt64(file.count - 8) else {
            throw fault(
                "its header claims \(length) bytes, and only \(file.count - 8) follow: the file is truncated or no safetensors file."
            )
        }
        let bodyStart = 8 + Int(length)
        let fields: [String: HeaderEntry]
        do {
            fields = try JSONDecoder().decode(
                [String: HeaderEntry].self, from: file.dropFirst(8).prefix(Int(length)))
        } catch {
            throw fault("its header is not the JSON of a safetensors file.")
        }

        let bodyLength = file.count - bodyStart
        for (name, field) in fields {
            if name == Safetensors.metadataName, case .metadata(let values) = field {
                metadata = values
                continue
            }
            guard name != Safetensors.metadataName,
                case .tensor(let code, let shape, let offsets) = field
            else {
                throw fault(
                    "the entry '\(name)' of its header is not what belongs under that name.")
            }
            guard let dtype = Safetensors.codes.first(where: { $0.value == code })?.key else {
                throw fault("'\(name)' has the type \(code), which is not read here.")
            }
            guard offsets.count == 2, 0 <= offsets[0], offsets[0] <= offsets[1],
                offsets[1] <= bodyLength
            else {
                throw fault(
                    "'\(name)' claims the bytes \(offsets) of \(bodyLength): the header lies or the file is truncated."
                )
            }
            guard Self.byteCount(shape, dtype) == offsets[1] - offsets[0] else {
                throw fault(
                    "'\(name)' of shape \(shape) and type \(dtype) does not take \(offsets[1] - offsets[0]) bytes."
                )
            }
            entries.append(
                Entry(
                    name: name, dtype: dtype, shape: shape,
                    range: bodyStart + offsets[0]..<bodyStart + offsets[1]))
        }

        // An empty tensor begins where the next one does, and stands before it.
        entries.sort {
            ($0.range.lowerBound, $0.range.upperBound) < ($1.range.lowerBound, $1.range.upperBound)
        }
        var end = bodyStart
        for entry in entries {
            guard entry.range.lowerBound == end else {
                throw fault("the bytes of '\(entry.name)' overlap another tensor's or leave a gap.")
            }
            end = entry.range.upperBound
        }
        guard end == file.count else {
            throw fault("\(file.count - end) bytes at its end belong to no tensor.")
        }
    }

    /// Bytes of a tensor, or nil where the shape is negative or absurd.
    private static func byteCount(_ shape: [Int], _ dtype: DType) -> Int? {
        var count = dtype.byteCount
        for size in shape {
            guard size >= 0 else { return nil }
            // Also where another size is 0: libtorch counts the steps from element to element.
            let (product, overflow) = count.multipliedReportingOverflow(by: max(size, 1))
            guard !overflow else { return nil }
            count = product
        }
        return shape.contains(0) ? 0 : count
    }
}
