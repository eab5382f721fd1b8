extension TemplateInterpreter {
    func evaluate(_ expression: TemplateExpression) throws(TemplateFault) -> RuntimeValue {
        let outer = offset
        try descend(to: expression.offset)
        let value = try evaluate(expression.kind, at: expression.offset)
        ascend(to: outer)
        return value
    }

    private func evaluate(
        _ kind: TemplateExpression.Kind, at offset: Int
    ) throws(TemplateFault) -> RuntimeValue {
        switch kind {
        case .none: return .none
        case .bool(let value): return .bool(value)
        case .int(let value): return .int(value)
        case .double(let value): return .double(value)
        case .text(let text): return .text(text)
        case .name(let name): return scope[name] ?? .undefined(name)
        case .list(let elements): return try list(try evaluate(elements))
        case .mapping(let members): return try mapping(members)
        case .conditional(let condition, let then, let otherwise):
            if try evaluate(condition).isTrue { return try evaluate(then) }
            return try otherwise.map { expression throws(TemplateFault) in
                try evaluate(expression)
            } ?? .undefined("the missing else")
        case .not(let operand): return .bool(try !evaluate(operand).isTrue)
        case .negate(let operand): return try negate(try evaluate(operand))
        case .any(let operands): return try firstOperand(operands, whoseTruthIs: true)
        case .all(let operands): return try firstOperand(operands, whoseTruthIs: false)
        case .comparison(let first, let rest): return .bool(try compare(first, rest))
        case .chain(let first, let rest):
            var value = try evaluate(first)
            for (next, operand) in rest { value = try apply(next, value, try evaluate(operand)) }
            return value
        case .postfix(let operand, let postfixes):
            return try apply(postfixes, to: try evaluate(operand))
        }
    }

    private func evaluate(
        _ expressions: [TemplateExpression]
    ) throws(TemplateFault) -> [RuntimeValue] {
        var values: [RuntimeValue] = []
        for expression in expressions { values.append(try evaluate(expression)) }
        return values
    }

    private func mapping(
        _ members: [(key: TemplateExpression, value: TemplateExpression)]
    ) throws(TemplateFault) -> RuntimeValue {
        var result: [(key: TemplateText, value: RuntimeValue)] = []
        for member in members {
            guard case .text(let key) = try evaluate(member.key) else {
                throw TemplateFault(.unsupported, "keys of mappings must be strings")
            }
            result.append((key, try evaluate(member.value)))
        }
        return .mapping(try RuntimeMapping(result, limit: limits.depth))
    }

    /// The value that decides an `or` or an `and`.
    private func firstOperand(
        _ operands: [TemplateExpression], whoseTruthIs wanted: Bool
    ) throws(TemplateFault) -> RuntimeValue {
        var value = RuntimeValue.none
        for operand in operands {
            value = try evaluate(operand)
            if value.isTrue == wanted { break }
        }
        return value
    }

    private func compare(
        _ first: TemplateExpression, _ rest: [(TemplateExpression.Comparison, TemplateExpression)]
    ) throws(TemplateFault) -> Bool {
        var left = try evaluate(first)
        for (comparison, operand) in rest {
            let right = try evaluate(operand)
            guard try compare(left, comparison, right) else { return false }
            left = right
        }
        return true
    }

    // MARK: Postfixes

    func apply(
        _ postfixes: [TemplatePostfix], to operand: RuntimeValue
    ) throws(TemplateFault) -> RuntimeValue {
        var value = operand
        var index = 0
        while index < postfixes.count {
            let postfix = postfixes[index]
            let outer = offset
            try descend(to: postfix.offset)
            if case .attribute(let name) = postfix.kind, index + 1 < postfixes.count,
                case .call(let arguments) = postfixes[index + 1].kind
            {
                let arguments = try evaluate(arguments)
                value = try call(method: name, of: value, arguments)
                index += 2
            } else {
                value = try apply(postfix.kind, to: value)
                index += 1
            }
            ascend(to: outer)
        }
        return value
    }

    private func apply(
        _ postfix: TemplatePostfix.Kind, to value: RuntimeValue
    ) throws(TemplateFault) -> RuntimeValue {
        switch postfix {
        case .attribute(let name): return try attribute(name, of: value)
        case .item(let index): return try item(try evaluate(index), of: value)
        case .slice(let start, let stop, let step):
            return try slice(
                value, start: try bound(start), stop: try bound(stop), step: try bound(step) ?? 1)
        case .call(let arguments): return try call(value, try evaluate(arguments))
        case .filter(let filter, let arguments):
            return try apply(filter, to: value, try evaluate(arguments))
        case .test(let test, let arguments, let isNegated):
            return .bool(try check(test, of: value, try evaluate(arguments)) != isNegated)
        }
    }

    private func evaluate(
        _ arguments: TemplatePostfix.Arguments
    ) throws(TemplateFault) -> TemplateArguments {
        var result = TemplateArguments(positional: try evaluate(arguments.positional))
        for (name, expression) in arguments.named {
            guard result.named.updateValue(try evaluate(expression), forKey: name) == nil else {
                throw TemplateFault(.value, "the argument \(name) is given twice")
            }
        }
        return result
    }

    func attribute(_ name: String, of value: RuntimeValue) throws(TemplateFault) -> RuntimeValue {
        switch value {
        case .undefined(let missing):
            throw TemplateFault(.undefined, "\(missing) is undefined, so it has no \(name)")
        case .mapping(let mapping): return mapping[TemplateText(name)] ?? .undefined(name)
        case .namespace(let namespace): return namespace.attributes[name] ?? .undefined(name)
        case .loop(let loop): return loop.attribute(name) ?? .undefined("loop.\(name)")
        default: return .undefined(name)
        }
    }

    func item(_ key: RuntimeValue, of value: RuntimeValue) throws(TemplateFault) -> RuntimeValue {
        switch (value, key) {
        case (.undefined(let missing), _):
            throw TemplateFault(.undefined, "\(missing) is undefined, so it has no items")
        case (.mapping(let mapping), .text(let key)):
            return mapping[key] ?? .undefined(key.string)
        case (.namespace, .text(let key)), (.loop, .text(let key)):
            return try attribute(key.string, of: value)
        case (.list(let list), .int(let index)):
            let index = index < 0 ? index + list.elements.count : index
            guard list.elements.indices.contains(index) else { return .undefined("an element") }
            return list.elements[index]
        case (.text(let text), .int(let index)):
            let index = index < 0 ? index + text.count : index
            guard text.characters.indices.contains(index) else { return .undefined("a character") }
            return .text(TemplateText([text.characters[index]]))
        default: return .undefined("an item")
        }
    }

    private func bound(_ expression: TemplateExpression?) throws(TemplateFault) -> Int? {
        guard let expression else { return nil }
        switch try evaluate(expression) {
        case .int(let value): return value
        case .none: return nil
        case let value: throw TemplateFault(.value, "\(value.typeName) cannot bound a slice")
        }
    }

    private func slice(
        _ value: RuntimeValue, start: Int?, stop: Int?, step: Int
    ) throws(TemplateFault) -> RuntimeValue {
        guard step != 0 else { throw TemplateFault(.value, "a slice cannot have step zero") }
        func positions(_ count: Int) -> StrideTo<Int> {
            let isForward = step > 0
            func clamped(_ bound: Int) -> Int {
                min(
                    max(bound < 0 ? bound + count : bound, isForward ? 0 : -1),
                    isForward ? count : count - 1)
            }
            return stride(
                from: start.map(clamped) ?? (isForward ? 0 : count - 1),
                to: stop.map(clamped) ?? (isForward ? count : -1),
                by: min(max(step, -count - 1), count + 1))
        }
        switch value {
        case .text(let text):
            return try self.text(
                TemplateText(positions(text.count).lazy.map { text.characters[$0] }))
        case .list(let elements):
            return try list(positions(elements.elements.count).map { elements.elements[$0] })
        case .undefined(let missing):
            throw TemplateFault(.undefined, "\(missing) is undefined, so it has no items")
        default: throw TemplateFault(.value, "\(value.typeName) has no slices")
        }
    }
}
