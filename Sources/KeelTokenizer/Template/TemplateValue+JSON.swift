public import Foundation

extension TemplateValue {
    /// A value from JSON, such as a tool's description, with its members in the order given.
    /// - Throws: `TokenizerError.malformedJSON`, also for more than 64 levels of nesting.
    public init(json: Data) throws(TokenizerError) {
        self.init(try JSONReader.read(Array(json)))
    }

    private init(_ value: JSONValue) {
        switch value {
        case .null: self = .null
        case .bool(let value): self = .bool(value)
        case .int(let value): self = .int(value)
        case .double(let value): self = .double(value)
        case .string(let value): self = .string(value)
        case .array(let values): self = .array(values.map { TemplateValue($0) })
        case .object(let members):
            self = .object(members.map { Member($0.key, TemplateValue($0.value)) })
        }
    }
}
