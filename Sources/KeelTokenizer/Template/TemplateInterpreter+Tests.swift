/// The tests that chat templates use.
enum TemplateTest: String, Sendable {
    case defined, undefined, none, string, mapping, iterable, sequence, number, integer, float
    case boolean, callable, sameas, even, odd, divisibleby, lower, upper
    case isTrue = "true"
    case isFalse = "false"
    case isIn = "in"
    case eq, ne, lt, le, gt, ge

    init?(name: String) {
        switch name {
        case "equalto", "==": self = .eq
        case "!=": self = .ne
        case "lessthan", "<": self = .lt
        case "<=": self = .le
        case "greaterthan", ">": self = .gt
        case ">=": self = .ge
        default: self.init(rawValue: name)
        }
    }
}

extension TemplateInterpreter {
    func check(
        _ test: TemplateTest, of value: RuntimeValue, _ arguments: TemplateArguments
    ) throws(TemplateFault) -> Bool {
        func argument() throws(TemplateFault) -> RuntimeValue {
            try arguments.bound(to: ["other"], required: 1, of: test.rawValue)[0] ?? .none
        }
        switch test {
        case .eq: return try compare(value, .equal, try argument())
        case .ne: return try compare(value, .notEqual, try argument())
        case .lt: return try compare(value, .less, try argument())
        case .le: return try compare(value, .lessOrEqual, try argument())
        case .gt: return try compare(value, .greater, try argument())
        case .ge: return try compare(value, .greaterOrEqual, try argument())
        case .isIn: return try compare(value, .contained, try argument())
        case .sameas:
            let other = try argument()
            guard value.typeName == other.typeName else { return false }
            return try isEqual(value, other)
        case .even: return try integer(value).isMultiple(of: 2)
        case .odd: return try !integer(value).isMultiple(of: 2)
        case .divisibleby:
            let divisor = try integer(try argument())
            guard divisor != 0 else { throw TemplateFault(.value, "division by zero") }
            return try integer(value).isMultiple(of: divisor)
        case .lower, .upper:
            let text = try string(of: value)
            try pay(length: text.count)
            return text.characters.contains { $0.scalar.properties.isCased }
                && text == (test == .lower ? text.lowercased : text.uppercased)
        default: return isKind(test, value)
        }
    }

    private func isKind(_ test: TemplateTest, _ value: RuntimeValue) -> Bool {
        switch (test, value) {
        case (.undefined, .undefined), (.none, .none), (.string, .text), (.mapping, .mapping),
            (.integer, .int), (.float, .double), (.boolean, .bool), (.callable, .function),
            (.callable, .macro), (.isTrue, .bool(true)), (.isFalse, .bool(false)):
            true
        case (.number, .int), (.number, .double), (.number, .bool): true
        case (.iterable, .text), (.iterable, .list), (.iterable, .mapping), (.iterable, .undefined),
            (.sequence, .text), (.sequence, .list), (.sequence, .mapping), (.sequence, .undefined):
            true
        case (.defined, .undefined): false
        case (.defined, _): true
        default: false
        }
    }
}
