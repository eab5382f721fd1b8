/// The functions that every chat template may call.
enum TemplateFunction: String, CaseIterable, Sendable {
    case range, namespace, dict
    case raiseException = "raise_exception"
    case strftimeNow = "strftime_now"
}

extension TemplateInterpreter {
    /// As in Jinja's sandbox.
    private static let longestRange = 100_000

    func call(
        _ callee: RuntimeValue, _ arguments: TemplateArguments
    ) throws(TemplateFault) -> RuntimeValue {
        switch callee {
        case .macro(let macro): return try call(macro, arguments)
        case .function(let function): return try call(function, arguments)
        case .undefined(let name):
            throw TemplateFault(.undefined, "\(name) is undefined, so it cannot be called")
        default: throw TemplateFault(.value, "\(callee.typeName) cannot be called")
        }
    }

    private func call(
        _ function: TemplateFunction, _ arguments: TemplateArguments
    ) throws(TemplateFault) -> RuntimeValue {
        switch function {
        case .range: return try range(arguments)
        case .namespace:
            let namespace = RuntimeNamespace()
            let members = try members(arguments, of: "namespace")
            for member in members { namespace.attributes[member.key.string] = member.value }
            return .namespace(namespace)
        case .dict:
            return .mapping(
                try RuntimeMapping(try members(arguments, of: "dict"), limit: limits.depth))
        case .raiseException:
            let given = try arguments.bound(to: ["message"], required: 1, of: function.rawValue)
            throw TemplateFault(.raised, try string(of: given[0] ?? .none).string)
        case .strftimeNow:
            let given = try arguments.bound(to: ["format"], required: 1, of: function.rawValue)
            return try text(
                TemplateText(try clock.formatted(try string(of: given[0] ?? .none).string)))
        }
    }

    private func range(_ arguments: TemplateArguments) throws(TemplateFault) -> RuntimeValue {
        let given = try arguments.bound(to: ["start", "stop", "step"], required: 1, of: "range")
        var numbers: [Int] = []
        for case let value? in given {
            guard case .int(let number) = value else {
                throw TemplateFault(.value, "range takes integers, not \(value.typeName)")
            }
            numbers.append(number)
        }
        let start = numbers.count > 1 ? numbers[0] : 0
        let stop = numbers.count > 1 ? numbers[1] : numbers[0]
        let step = numbers.count > 2 ? numbers[2] : 1
        guard step != 0 else { throw TemplateFault(.value, "a range cannot have step zero") }
        var elements: [RuntimeValue] = []
        var current = start
        while step > 0 ? current < stop : current > stop {
            guard elements.count < Self.longestRange else {
                throw TemplateFault(.length, "a range of more than \(Self.longestRange) elements")
            }
            elements.append(.int(current))
            let next = current.addingReportingOverflow(step)
            if next.overflow { break }
            current = next.partialValue
        }
        return try list(elements)
    }

    private func members(
        _ arguments: TemplateArguments, of callee: String
    ) throws(TemplateFault) -> [(key: TemplateText, value: RuntimeValue)] {
        var members: [(key: TemplateText, value: RuntimeValue)] = []
        for value in arguments.positional {
            guard case .mapping(let mapping) = value else {
                throw TemplateFault(.value, "\(callee) takes mappings and named arguments")
            }
            members += zip(mapping.keys, mapping.values).map { ($0, $1) }
        }
        for name in arguments.named.keys.sorted() {
            if let value = arguments.named[name] { members.append((TemplateText(name), value)) }
        }
        // Nothing that can change may be inside what can change.
        _ = try RuntimeValue.depth(containing: members.map(\.value), limit: limits.depth)
        return members
    }

    // MARK: Methods

    func call(
        method: String, of value: RuntimeValue, _ arguments: TemplateArguments
    ) throws(TemplateFault) -> RuntimeValue {
        switch value {
        case .text(let text):
            if let result = try call(method, of: text, arguments) { return result }
        case .mapping(let mapping):
            if let result = try call(method, of: mapping, arguments) { return result }
        case .loop(let loop) where method == "cycle":
            guard !arguments.positional.isEmpty else { break }
            return arguments.positional[loop.index % arguments.positional.count]
        default: break
        }
        let callee = try attribute(method, of: value)
        if case .undefined = callee {
            throw TemplateFault(.unsupported, "\(value.typeName) has no method \(method)")
        }
        return try call(callee, arguments)
    }

    private func call(
        _ method: String, of mapping: RuntimeMapping, _ arguments: TemplateArguments
    ) throws(TemplateFault) -> RuntimeValue? {
        switch method {
        case "items":
            _ = try arguments.bound(to: [], of: method)
            try spend(mapping.count)
            return .list(try mapping.items(limit: limits.depth))
        case "keys": return try list(mapping.keys.map { .text($0) })
        case "values": return try list(mapping.values)
        case "get":
            let given = try arguments.bound(to: ["key", "default"], required: 1, of: method)
            if case .text(let key)? = given[0], let value = mapping[key] { return value }
            return given[1] ?? RuntimeValue.none
        default: return nil
        }
    }

    private func call(
        _ method: String, of text: TemplateText, _ arguments: TemplateArguments
    ) throws(TemplateFault) -> RuntimeValue? {
        try pay(length: text.count)
        switch method {
        case "upper": return try self.text(text.uppercased)
        case "lower": return try self.text(text.lowercased)
        case "title": return try self.text(text.titlecased)
        case "capitalize": return try self.text(text.capitalized)
        case "strip", "lstrip", "rstrip":
            let set = try optionalText(try arguments.bound(to: ["chars"], of: method)[0], method)
            return try self.text(
                text.stripped(set, left: method != "rstrip", right: method != "lstrip"))
        case "startswith", "endswith":
            let given = try arguments.bound(to: ["prefix"], required: 1, of: method)
            var affixes = [given[0] ?? .none]
            if case .list(let list) = affixes[0] { affixes = list.elements }
            for affix in affixes {
                guard case .text(let affix) = affix else {
                    throw TemplateFault(.value, "\(method) takes strings, not \(affix.typeName)")
                }
                let matches =
                    method == "startswith"
                    ? text.characters.starts(with: affix.characters)
                    : text.characters.reversed().starts(with: affix.characters.reversed())
                if matches { return .bool(true) }
            }
            return .bool(false)
        case "split":
            let given = try arguments.bound(to: ["sep", "maxsplit"], of: method)
            let separator = try optionalText(given[0], method)
            guard separator?.count != 0 else { throw TemplateFault(.value, "empty separator") }
            let limit = try given[1].map { value throws(TemplateFault) in try integer(value) } ?? -1
            let parts = text.split(separator, limit: limit < 0 ? .max : limit)
            return try list(parts.map { .text($0) })
        case "replace":
            return try replace(
                text, try arguments.bound(to: ["old", "new", "count"], required: 2, of: method))
        case "join":
            let given = try arguments.bound(to: ["elements"], required: 1, of: method)
            return try join(try elements(of: given[0] ?? .none), separator: text)
        default: return nil
        }
    }

    func optionalText(
        _ value: RuntimeValue?, _ callee: String
    ) throws(TemplateFault) -> TemplateText? {
        switch value {
        case nil, .some(.none): return nil
        case .text(let text)?: return text
        case let value?:
            throw TemplateFault(.value, "\(callee) takes a string, not \(value.typeName)")
        }
    }

    func integer(_ value: RuntimeValue) throws(TemplateFault) -> Int {
        switch value {
        case .int(let value): return value
        case .bool(let value): return value ? 1 : 0
        default: throw TemplateFault(.value, "expected an integer, not \(value.typeName)")
        }
    }

    /// Replaces `given[0]` by `given[1]`, at most `given[2]` times.
    func replace(
        _ text: TemplateText, _ given: [RuntimeValue?]
    ) throws(TemplateFault) -> RuntimeValue {
        guard case .text(let old)? = given[0], case .text(let new)? = given[1] else {
            throw TemplateFault(.value, "replace takes two strings")
        }
        guard old.count > 0 else {
            throw TemplateFault(.unsupported, "replacing an empty string is not supported")
        }
        let limit = try given[2].map { value throws(TemplateFault) in try integer(value) } ?? -1
        let ranges = text.ranges(of: old, limit: limit < 0 ? .max : limit)
        let (growth, overflows) = ranges.count.multipliedReportingOverflow(by: new.count)
        try pay(length: overflows ? .max : max(growth, text.count))
        var result: [TemplateCharacter] = []
        var start = 0
        for range in ranges {
            result += text.characters[start..<range.lowerBound] + new.characters
            start = range.upperBound
        }
        return try self.text(TemplateText(result + text.characters[start...]))
    }

    func join(
        _ elements: [RuntimeValue], separator: TemplateText
    ) throws(TemplateFault) -> RuntimeValue {
        var result: [TemplateCharacter] = []
        for (index, element) in elements.enumerated() {
            let part = try string(of: element)
            try spend((separator.count + part.count) / 16)
            try check(length: result.count + separator.count + part.count)
            if index > 0 { result += separator.characters }
            result += part.characters
        }
        return .text(TemplateText(result))
    }
}

extension TemplateText {
    var uppercased: TemplateText { mapped { scalar, _ in scalar.properties.uppercaseMapping } }

    var lowercased: TemplateText { mapped { scalar, _ in scalar.properties.lowercaseMapping } }

    var capitalized: TemplateText {
        mapped { scalar, index in
            index == 0 ? scalar.properties.titlecaseMapping : scalar.properties.lowercaseMapping
        }
    }

    /// As Jinja's filter `title`: a word begins after white space, a dash or an opening bracket.
    var capitalizedWords: TemplateText {
        mapped { scalar, index in
            let previous = index > 0 ? characters[index - 1] : TemplateCharacter(" ")
            return previous.isSpace || "-({[<".unicodeScalars.contains(previous.scalar)
                ? scalar.properties.uppercaseMapping : scalar.properties.lowercaseMapping
        }
    }

    /// As Python's method `title`: a word begins after every character that is no letter.
    var titlecased: TemplateText {
        mapped { scalar, index in
            index > 0 && characters[index - 1].scalar.properties.isCased
                ? scalar.properties.lowercaseMapping : scalar.properties.titlecaseMapping
        }
    }
}
