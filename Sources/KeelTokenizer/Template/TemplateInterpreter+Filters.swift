/// The filters that chat templates use.
enum TemplateFilter: String, Sendable {
    case trim, length, tojson, join, first, last, upper, lower, title, capitalize, replace, string
    case int, float, list, items, map, select, reject, selectattr, rejectattr, reverse, indent, safe
    case defaultValue = "default"

    init?(name: String) {
        switch name {
        case "d": self = .defaultValue
        case "count": self = .length
        default: self.init(rawValue: name)
        }
    }
}

extension TemplateInterpreter {
    func apply(
        _ filter: TemplateFilter, to value: RuntimeValue, _ arguments: TemplateArguments
    ) throws(TemplateFault) -> RuntimeValue {
        func bound(_ names: String..., required: Int = 0) throws(TemplateFault) -> [RuntimeValue?] {
            try arguments.bound(to: names, required: required, of: filter.rawValue)
        }
        switch filter {
        case .trim:
            let set = try optionalText(try bound("chars")[0], "trim")
            return try text(try string(of: value).stripped(set))
        case .upper: return try text(try string(of: value).uppercased)
        case .lower: return try text(try string(of: value).lowercased)
        case .title: return try text(try string(of: value).capitalizedWords)
        case .capitalize: return try text(try string(of: value).capitalized)
        case .string, .safe: return try text(try string(of: value))
        case .replace:
            return try replace(
                try string(of: value), try bound("old", "new", "count", required: 2))
        case .indent:
            return try indent(try string(of: value), try bound("width", "first", "blank"))
        case .tojson:
            return try json(
                value, try bound("ensure_ascii", "indent", "separators", "sort_keys"))
        case .length: return .int(try length(of: value))
        case .int: return try integer(value, default: try bound("default")[0])
        case .float: return try float(value, default: try bound("default")[0])
        case .defaultValue:
            let given = try bound("default_value", "boolean")
            let isMissing: Bool =
                if case .undefined = value { true } else {
                    given[1]?.isTrue == true && !value.isTrue
                }
            return isMissing ? given[0] ?? .text("") : value
        case .first: return try elements(of: value).first ?? .undefined("the first element")
        case .last: return try elements(of: value).last ?? .undefined("the last element")
        case .list: return try list(try elements(of: value))
        case .reverse:
            if case .text(let text) = value {
                return try self.text(TemplateText(text.characters.reversed()))
            }
            return try list(try elements(of: value).reversed())
        case .items:
            if case .undefined = value { return try list([]) }
            guard case .mapping(let mapping) = value else {
                throw TemplateFault(.value, "items takes a mapping, not \(value.typeName)")
            }
            try spend(mapping.count)
            return .list(try mapping.items(limit: limits.depth))
        case .join:
            let given = try bound("d", "attribute")
            var elements = try elements(of: value)
            if let path = given[1] { elements = try attributes(path, of: elements, default: nil) }
            return try join(
                elements,
                separator: try given[0].map { value throws(TemplateFault) in
                    try string(of: value)
                } ?? "")
        case .map:
            // A map can map maps, as deeply as it has arguments.
            let outer = offset
            try descend(to: outer)
            defer { ascend(to: outer) }
            return try map(try elements(of: value), arguments)
        case .select, .reject, .selectattr, .rejectattr:
            return try select(filter, try elements(of: value), arguments)
        }
    }

    private func length(of value: RuntimeValue) throws(TemplateFault) -> Int {
        switch value {
        case .undefined: return 0
        case .text(let text): return text.count
        case .list(let list): return list.elements.count
        case .mapping(let mapping): return mapping.count
        default: throw TemplateFault(.value, "\(value.typeName) has no length")
        }
    }

    private func integer(
        _ value: RuntimeValue, default defaultValue: RuntimeValue?
    ) throws(TemplateFault) -> RuntimeValue {
        switch value {
        case .int: return value
        case .bool(let value): return .int(value ? 1 : 0)
        case .double(let value):
            guard let whole = Int(exactly: value.rounded(.towardZero)) else {
                throw TemplateFault(.overflow, "\(value) does not fit in 64 bits")
            }
            return .int(whole)
        case .text(let text):
            let digits = text.stripped(nil).string
            if let whole = Int(digits) { return .int(whole) }
            if let number = Double(digits) { return try integer(.double(number), default: nil) }
        case .undefined(let name):
            throw TemplateFault(.undefined, "\(name) is undefined, so it is no number")
        default: break
        }
        return defaultValue ?? .int(0)
    }

    private func float(
        _ value: RuntimeValue, default defaultValue: RuntimeValue?
    ) throws(TemplateFault) -> RuntimeValue {
        switch value {
        case .int(let value): return .double(Double(value))
        case .bool(let value): return .double(value ? 1 : 0)
        case .double: return value
        case .text(let text):
            if let number = Double(text.stripped(nil).string) { return .double(number) }
        case .undefined(let name):
            throw TemplateFault(.undefined, "\(name) is undefined, so it is no number")
        default: break
        }
        return defaultValue ?? .double(0)
    }

    private func indent(
        _ value: TemplateText, _ given: [RuntimeValue?]
    ) throws(TemplateFault) -> RuntimeValue {
        let margin: [TemplateCharacter]
        switch given[0] ?? .int(4) {
        case .text(let text): margin = text.characters
        case let width:
            let width = try integer(width)
            try check(length: width)
            margin = Array(repeating: TemplateCharacter(" "), count: max(width, 0))
        }
        let indentsFirst = given[1]?.isTrue ?? false
        let indentsBlank = given[2]?.isTrue ?? false
        var result: [TemplateCharacter] = []
        for (index, line) in value.split("\n", limit: .max).enumerated() {
            try spend((margin.count + line.count) / 16 + 1)
            try check(length: result.count + margin.count + line.count)
            if index > 0 { result.append(TemplateCharacter("\n")) }
            if index == 0 ? indentsFirst : line.count > 0 || indentsBlank { result += margin }
            result += line.characters
        }
        return .text(TemplateText(result))
    }

    // MARK: Elements

    private func map(
        _ elements: [RuntimeValue], _ arguments: TemplateArguments
    ) throws(TemplateFault) -> RuntimeValue {
        if let path = arguments.named["attribute"] {
            let given = try arguments.bound(to: ["attribute", "default"], of: "map")
            return try list(try attributes(path, of: elements, default: given[1]))
        }
        guard case .text(let name)? = arguments.positional.first,
            let filter = TemplateFilter(name: name.string)
        else { throw TemplateFault(.unsupported, "map needs an attribute or a filter known here") }
        var rest = arguments
        rest.positional.removeFirst()
        var result: [RuntimeValue] = []
        for element in elements { result.append(try apply(filter, to: element, rest)) }
        return try list(result)
    }

    private func attributes(
        _ path: RuntimeValue, of elements: [RuntimeValue], default defaultValue: RuntimeValue?
    ) throws(TemplateFault) -> [RuntimeValue] {
        var result: [RuntimeValue] = []
        for element in elements {
            let value = try attribute(path: path, of: element)
            if case .undefined = value {
                result.append(defaultValue ?? value)
            } else {
                result.append(value)
            }
        }
        return result
    }

    /// An attribute such as `function.name`, or an index.
    private func attribute(
        path: RuntimeValue, of element: RuntimeValue
    ) throws(TemplateFault) -> RuntimeValue {
        guard case .text(let path) = path else { return try item(path, of: element) }
        try spend(path.count)
        var value = element
        for name in path.split(".", limit: .max) {
            value = try item(Int(name.string).map { .int($0) } ?? .text(name), of: value)
        }
        return value
    }

    private func select(
        _ filter: TemplateFilter, _ elements: [RuntimeValue], _ arguments: TemplateArguments
    ) throws(TemplateFault) -> RuntimeValue {
        var rest = arguments
        var path: RuntimeValue?
        if filter == .selectattr || filter == .rejectattr {
            guard !rest.positional.isEmpty else {
                throw TemplateFault(.value, "\(filter.rawValue) needs an attribute")
            }
            path = rest.positional.removeFirst()
        }
        var test: TemplateTest?
        if case .text(let name)? = rest.positional.first {
            test = TemplateTest(name: name.string)
            guard test != nil else {
                throw TemplateFault(.unsupported, "the test \(name.string) is not supported")
            }
            rest.positional.removeFirst()
        }
        let keeps = filter == .select || filter == .selectattr
        var result: [RuntimeValue] = []
        for element in elements {
            let value =
                try path.map { path throws(TemplateFault) in
                    try attribute(path: path, of: element)
                } ?? element
            let passes =
                try test.map { test throws(TemplateFault) in
                    try check(test, of: value, rest)
                } ?? value.isTrue
            if passes == keeps { result.append(element) }
        }
        return try list(result)
    }
}
