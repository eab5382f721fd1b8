internal import KeelTensor

/// A row of `[V, C]` for each token: the table of embeddings, and the output layer where that is tied.
///
/// Where weights take fewer bits, it takes 8, never 4: single rows are read of it, and one copy serves
/// both ends. llama.cpp's 4-bit files keep more bits here, too.
enum TokenEmbedding {
    case table(Tensor)
    case quantised(QuantisedWeight)

    /// - Parameters:
    ///   - weight: `[V, C]`.
    ///   - packing: How linear layers are packed; nil where weights are trained.
    /// - Throws: `TensorError`.
    init(_ weight: Tensor, packing: WeightPrecision?) throws {
        let isWhole = packing == nil || packing == .full
        let quantised = isWhole ? nil : try QuantisedWeight(weight, precision: .int8)
        if let quantised {
            self = .quantised(quantised)
        } else {
            self = .table(weight)
        }
    }

    /// Int64 of any shape gives `[…, C]`.
    func callAsFunction(_ tokens: Tensor) throws -> Tensor {
        switch self {
        case .table(let table): try table.embedding(tokens)
        case .quantised(let weight): try weight.rows(tokens)
        }
    }

    /// The table itself; nil in 8 bits.
    var table: Tensor? {
        if case .table(let table) = self { table } else { nil }
    }

    /// The same as an output layer.
    func outputWeight(packing: WeightPrecision?) -> LinearWeight {
        switch self {
        case .table(let table): LinearWeight(table, packing: packing != nil)
        case .quantised(let weight): LinearWeight(weight)
        }
    }
}
