import Foundation

extension TemplateInterpreter {
    private enum Number {
        case int(Int)
        case double(Double)

        /// Booleans are numbers, as in Python.
        init?(_ value: RuntimeValue) {
            switch value {
            case .int(let value): self = .int(value)
            case .bool(let value): self = .int(value ? 1 : 0)
            case .double(let value): self = .double(value)
            default: return nil
            }
        }

        var double: Double {
            switch self {
            case .int(let value): Double(value)
            case .double(let value): value
            }
        }
    }

    func negate(_ value: RuntimeValue) throws(TemplateFault) -> RuntimeValue {
        guard Number(value) != nil else {
            throw TemplateFault(.value, "\(value.typeName) has no negative")
        }
        if case .double(let value) = value { return .double(-value) }
        return try apply(.subtract, .int(0), value)
    }

    func apply(
        _ operation: TemplateExpression.Operator, _ left: RuntimeValue, _ right: RuntimeValue
    ) throws(TemplateFault) -> RuntimeValue {
        switch (operation, left, right) {
        case (.concatenate, _, _):
            return try text(concatenate(try string(of: left), try string(of: right)))
        case (.add, .text(let left), .text(let right)):
            return try text(concatenate(left, right))
        case (.add, .list(let left), .list(let right)):
            return try list(left.elements + right.elements)
        case (.multiply, .text(let value), .int(let count)),
            (.multiply, .int(let count), .text(let value)):
            return try text(TemplateText(try repeated(value.characters, count, .length)))
        case (.multiply, .list(let value), .int(let count)),
            (.multiply, .int(let count), .list(let value)):
            return try list(try repeated(value.elements, count, .steps))
        default: break
        }
        for case .undefined(let name) in [left, right] {
            throw TemplateFault(
                .undefined, "\(name) is undefined, so \(operation.rawValue) cannot be applied")
        }
        guard let first = Number(left), let second = Number(right) else {
            throw TemplateFault(
                .value,
                "\(operation.rawValue) cannot be applied to \(left.typeName) and \(right.typeName)")
        }
        if case .int(let first) = first, case .int(let second) = second,
            let value = try integer(operation, first, second)
        {
            return .int(value)
        }
        return .double(try float(operation, first.double, second.double))
    }

    private func concatenate(_ left: TemplateText, _ right: TemplateText) -> TemplateText {
        TemplateText(left.characters + right.characters)
    }

    private func repeated<Element>(
        _ elements: [Element], _ count: Int, _ limit: TemplateError.Kind
    ) throws(TemplateFault) -> [Element] {
        guard count > 0, !elements.isEmpty else { return [] }
        let (total, overflows) = elements.count.multipliedReportingOverflow(by: count)
        guard !overflows, total <= limits.length else {
            throw TemplateFault(limit, "a repetition is longer than \(limits.length)")
        }
        try spend(total)
        return Array(repeatElement(elements, count: count).joined())
    }

    /// The exact result, or nil where Python gives a float.
    private func integer(
        _ operation: TemplateExpression.Operator, _ left: Int, _ right: Int
    ) throws(TemplateFault) -> Int? {
        let result: (partialValue: Int, overflow: Bool)
        switch operation {
        case .add: result = left.addingReportingOverflow(right)
        case .subtract: result = left.subtractingReportingOverflow(right)
        case .multiply: result = left.multipliedReportingOverflow(by: right)
        case .floorDivide, .remainder:
            guard right != 0 else { throw TemplateFault(.value, "division by zero") }
            let quotient = left.dividedReportingOverflow(by: right)
            let rest = left.remainderReportingOverflow(dividingBy: right).partialValue
            // Python rounds down, Swift towards zero.
            let roundsDown = rest != 0 && (rest < 0) != (right < 0)
            if operation == .remainder { return roundsDown ? rest + right : rest }
            result = (quotient.partialValue - (roundsDown ? 1 : 0), quotient.overflow)
        case .power:
            guard right >= 0 else { return nil }
            result = Self.power(left, right)
        case .divide, .concatenate: return nil
        }
        guard !result.overflow else {
            throw TemplateFault(
                .overflow, "\(left) \(operation.rawValue) \(right) does not fit in 64 bits")
        }
        return result.partialValue
    }

    private static func power(_ base: Int, _ exponent: Int) -> (partialValue: Int, overflow: Bool) {
        var result = (partialValue: 1, overflow: false)
        if exponent == 0 || base == 1 { return result }
        if base == 0 { return (0, false) }
        if base == -1 { return (exponent.isMultiple(of: 2) ? 1 : -1, false) }
        // Any other base overflows within 64 steps.
        for _ in 0..<exponent where !result.overflow {
            result = result.partialValue.multipliedReportingOverflow(by: base)
            if result.overflow { break }
        }
        return result
    }

    private func float(
        _ operation: TemplateExpression.Operator, _ left: Double, _ right: Double
    ) throws(TemplateFault) -> Double {
        if right == 0, [.divide, .floorDivide, .remainder].contains(operation) {
            throw TemplateFault(.value, "division by zero")
        }
        switch operation {
        case .add: return left + right
        case .subtract: return left - right
        case .multiply: return left * right
        case .divide: return left / right
        case .floorDivide: return (left / right).rounded(.down)
        case .remainder:
            let rest = left.truncatingRemainder(dividingBy: right)
            return rest != 0 && (rest < 0) != (right < 0) ? rest + right : rest
        case .power, .concatenate: return pow(left, right)
        }
    }

    // MARK: Comparisons

    func compare(
        _ left: RuntimeValue, _ comparison: TemplateExpression.Comparison, _ right: RuntimeValue
    ) throws(TemplateFault) -> Bool {
        switch comparison {
        case .equal: try isEqual(left, right)
        case .notEqual: try !isEqual(left, right)
        case .less: try isLess(left, right)
        case .greater: try isLess(right, left)
        case .lessOrEqual: try isLess(left, right, orEqual: true)
        case .greaterOrEqual: try isLess(right, left, orEqual: true)
        case .contained: try contains(right, left)
        case .notContained: try !contains(right, left)
        }
    }

    func isEqual(_ left: RuntimeValue, _ right: RuntimeValue) throws(TemplateFault) -> Bool {
        try spend()
        switch (left, right) {
        case (.undefined, .undefined), (.none, .none): return true
        case (.text(let left), .text(let right)):
            try spend(min(left.count, right.count) / 16)
            return left == right
        case (.list(let left), .list(let right)):
            guard left.elements.count == right.elements.count else { return false }
            for (left, right) in zip(left.elements, right.elements) {
                guard try isEqual(left, right) else { return false }
            }
            return true
        case (.mapping(let left), .mapping(let right)):
            guard left.count == right.count else { return false }
            for (key, value) in zip(left.keys, left.values) {
                guard let other = right[key], try isEqual(value, other) else { return false }
            }
            return true
        case (.namespace(let left), .namespace(let right)): return left === right
        default:
            guard let left = Number(left), let right = Number(right) else { return false }
            if case .int(let left) = left, case .int(let right) = right { return left == right }
            return left.double == right.double
        }
    }

    private func isLess(
        _ left: RuntimeValue, _ right: RuntimeValue, orEqual: Bool = false
    ) throws(TemplateFault) -> Bool {
        if case .text(let left) = left, case .text(let right) = right {
            try spend(min(left.count, right.count) / 16)
            return left.precedes(right) || (orEqual && left == right)
        }
        guard let first = Number(left), let second = Number(right) else {
            throw TemplateFault(.value, "\(left.typeName) and \(right.typeName) have no order")
        }
        if case .int(let first) = first, case .int(let second) = second {
            return first < second || (orEqual && first == second)
        }
        return first.double < second.double || (orEqual && first.double == second.double)
    }

    func contains(_ container: RuntimeValue, _ value: RuntimeValue) throws(TemplateFault) -> Bool {
        switch (container, value) {
        case (.undefined, _): return false
        case (.text(let text), .text(let part)):
            try spend((text.count + part.count) / 16)
            return part.count == 0 || !text.ranges(of: part, limit: 1).isEmpty
        case (.mapping(let mapping), .text(let key)): return mapping[key] != nil
        case (.mapping, _): return false
        case (.list(let list), _):
            for element in list.elements where try isEqual(element, value) { return true }
            return false
        default:
            throw TemplateFault(
                .value, "\(container.typeName) cannot contain \(value.typeName)")
        }
    }
}
