/// A value while a template is rendered, with the meaning it has in Python.
enum RuntimeValue {
    /// The value of a name, attribute or item that does not exist; it says which.
    case undefined(String)
    case none
    case bool(Bool)
    case int(Int)
    case double(Double)
    case text(TemplateText)
    case list(RuntimeList)
    case mapping(RuntimeMapping)
    case loop(RuntimeLoop)
    case namespace(RuntimeNamespace)
    case function(TemplateFunction)
    case macro(TemplateMacro)

    /// How deeply containers nest below this value.
    var depth: Int {
        switch self {
        case .list(let list): list.depth
        case .mapping(let mapping): mapping.depth
        case .loop(let loop): loop.elements.depth
        // A namespace can change, so a container that holds one could come to hold itself.
        case .namespace: .max
        default: 0
        }
    }

    /// What Python calls truth.
    var isTrue: Bool {
        switch self {
        case .undefined, .none: false
        case .bool(let value): value
        case .int(let value): value != 0
        case .double(let value): value != 0
        case .text(let text): text.count > 0
        case .list(let list): !list.elements.isEmpty
        case .mapping(let mapping): mapping.count > 0
        case .loop, .namespace, .function, .macro: true
        }
    }

    var typeName: String {
        switch self {
        case .undefined: "an undefined value"
        case .none: "none"
        case .bool: "a boolean"
        case .int: "an integer"
        case .double: "a float"
        case .text: "a string"
        case .list: "a list"
        case .mapping: "a mapping"
        case .loop: "a loop"
        case .namespace: "a namespace"
        case .function, .macro: "a function"
        }
    }
}

/// A list or tuple.
struct RuntimeList {
    let elements: [RuntimeValue]
    let depth: Int

    /// - Throws: `TemplateFault` where values would nest deeper than `limit`.
    init(_ elements: [RuntimeValue], limit: Int) throws(TemplateFault) {
        self.elements = elements
        depth = try RuntimeValue.depth(containing: elements, limit: limit)
    }
}

/// A dictionary of string keys, in the order in which the keys came.
struct RuntimeMapping {
    let keys: [TemplateText]
    let values: [RuntimeValue]
    let depth: Int
    private let index: [TemplateText: Int]

    /// - Throws: `TemplateFault` where values would nest deeper than `limit`.
    init(
        _ members: [(key: TemplateText, value: RuntimeValue)], limit: Int
    ) throws(TemplateFault) {
        var index: [TemplateText: Int] = [:]
        var keys: [TemplateText] = []
        var values: [RuntimeValue] = []
        for member in members {
            if let position = index[member.key] {
                values[position] = member.value
            } else {
                index[member.key] = keys.count
                keys.append(member.key)
                values.append(member.value)
            }
        }
        self.index = index
        self.keys = keys
        self.values = values
        depth = try RuntimeValue.depth(containing: values, limit: limit)
    }

    var count: Int { keys.count }

    subscript(_ key: TemplateText) -> RuntimeValue? { index[key].map { values[$0] } }

    /// The pairs of keys and values, as lists of two.
    func items(limit: Int) throws(TemplateFault) -> RuntimeList {
        var items: [RuntimeValue] = []
        for (key, value) in zip(keys, values) {
            items.append(.list(try RuntimeList([.text(key), value], limit: limit)))
        }
        return try RuntimeList(items, limit: limit)
    }
}

/// The `loop` of a `for`.
struct RuntimeLoop {
    let elements: RuntimeList
    let index: Int
    let nesting: Int

    func attribute(_ name: String) -> RuntimeValue? {
        let count = elements.elements.count
        return switch name {
        case "index": .int(index + 1)
        case "index0": .int(index)
        case "revindex": .int(count - index)
        case "revindex0": .int(count - index - 1)
        case "first": .bool(index == 0)
        case "last": .bool(index == count - 1)
        case "length": .int(count)
        case "depth": .int(nesting)
        case "depth0": .int(nesting - 1)
        case "previtem":
            index > 0 ? elements.elements[index - 1] : .undefined("loop.previtem")
        case "nextitem":
            index + 1 < count ? elements.elements[index + 1] : .undefined("loop.nextitem")
        default: nil
        }
    }
}

/// The only value that a template can change: `namespace()`.
final class RuntimeNamespace {
    var attributes: [String: RuntimeValue] = [:]
}

extension RuntimeValue {
    static func depth(
        containing elements: [RuntimeValue], limit: Int
    ) throws(TemplateFault) -> Int {
        let deepest = elements.reduce(0) { max($0, $1.depth) }
        guard deepest != .max else {
            throw TemplateFault(.unsupported, "a namespace cannot be part of another value")
        }
        guard deepest < limit else {
            throw TemplateFault(.depth, "values nested more than \(limit) deep")
        }
        return deepest + 1
    }
}
