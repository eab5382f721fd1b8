extension TemplateParser {
    /// An expression; without conditionals where an `if` after it means something else.
    mutating func expression(
        allowingConditional: Bool = true
    ) throws(TemplateError) -> TemplateExpression {
        try descend()
        defer { ascend() }
        let offset = next.offset
        let value = try disjunction()
        guard allowingConditional, take(.name("if")) else { return value }
        let condition = try disjunction()
        let otherwise = take(.name("else")) ? try expression() : nil
        return TemplateExpression(
            kind: .conditional(condition, then: value, otherwise: otherwise), offset: offset)
    }

    /// Expressions with commas between are a list, as tuples are here.
    mutating func tuple() throws(TemplateError) -> TemplateExpression {
        let offset = next.offset
        let first = try expression()
        guard next.kind == .symbol(",") else { return first }
        var elements = [first]
        while take(.symbol(",")), !isEndOfTuple { elements.append(try expression()) }
        return TemplateExpression(kind: .list(elements), offset: offset)
    }

    private var isEndOfTuple: Bool {
        switch next.kind {
        case .end, .symbol(")"): true
        default: false
        }
    }

    private mutating func disjunction() throws(TemplateError) -> TemplateExpression {
        let offset = next.offset
        var operands = [try conjunction()]
        while take(.name("or")) { operands.append(try conjunction()) }
        return operands.count == 1
            ? operands[0] : TemplateExpression(kind: .any(operands), offset: offset)
    }

    private mutating func conjunction() throws(TemplateError) -> TemplateExpression {
        let offset = next.offset
        var operands = [try negation()]
        while take(.name("and")) { operands.append(try negation()) }
        return operands.count == 1
            ? operands[0] : TemplateExpression(kind: .all(operands), offset: offset)
    }

    private mutating func negation() throws(TemplateError) -> TemplateExpression {
        let offset = next.offset
        guard take(.name("not")) else { return try comparison() }
        try descend()
        defer { ascend() }
        return TemplateExpression(kind: .not(try negation()), offset: offset)
    }

    private mutating func comparison() throws(TemplateError) -> TemplateExpression {
        let offset = next.offset
        let first = try chain(level: 0)
        var rest: [(TemplateExpression.Comparison, TemplateExpression)] = []
        while let comparison = takeComparison() { rest.append((comparison, try chain(level: 0))) }
        return rest.isEmpty
            ? first : TemplateExpression(kind: .comparison(first, rest), offset: offset)
    }

    private mutating func takeComparison() -> TemplateExpression.Comparison? {
        switch next.kind {
        case .symbol(let symbol):
            guard let comparison = TemplateExpression.Comparison(rawValue: symbol) else {
                return nil
            }
            advance()
            return comparison
        case .name("in"):
            advance()
            return .contained
        case .name("not") where second == .name("in"):
            advance()
            advance()
            return .notContained
        default: return nil
        }
    }

    private static let levels: [[TemplateExpression.Operator]] = [
        [.add, .subtract], [.concatenate], [.multiply, .divide, .floorDivide, .remainder], [.power],
    ]

    private mutating func chain(level: Int) throws(TemplateError) -> TemplateExpression {
        guard level < Self.levels.count else { return try unary() }
        let offset = next.offset
        let first = try chain(level: level + 1)
        var rest: [(TemplateExpression.Operator, TemplateExpression)] = []
        while case .symbol(let symbol) = next.kind,
            let next = TemplateExpression.Operator(rawValue: symbol),
            Self.levels[level].contains(next)
        {
            advance()
            rest.append((next, try chain(level: level + 1)))
        }
        return rest.isEmpty ? first : TemplateExpression(kind: .chain(first, rest), offset: offset)
    }

    private mutating func unary(
        allowingFilters: Bool = true
    ) throws(TemplateError) -> TemplateExpression {
        let offset = next.offset
        let operand: TemplateExpression
        if take(.symbol("-")) {
            try descend()
            defer { ascend() }
            operand = TemplateExpression(
                kind: .negate(try unary(allowingFilters: false)), offset: offset)
        } else {
            operand = try primary()
        }
        let postfixes = try postfixes(allowingFilters: allowingFilters)
        return postfixes.isEmpty
            ? operand : TemplateExpression(kind: .postfix(operand, postfixes), offset: offset)
    }

    private mutating func primary() throws(TemplateError) -> TemplateExpression {
        let token = next
        advance()
        func leaf(_ kind: TemplateExpression.Kind) -> TemplateExpression {
            TemplateExpression(kind: kind, offset: token.offset)
        }
        switch token.kind {
        case .name("true"), .name("True"): return leaf(.bool(true))
        case .name("false"), .name("False"): return leaf(.bool(false))
        case .name("none"), .name("None"): return leaf(.none)
        case .name(let name): return leaf(.name(name))
        case .int(let value): return leaf(.int(value))
        case .double(let value): return leaf(.double(value))
        case .string(var string):
            while case .string(let more) = next.kind {
                string += more
                advance()
            }
            return leaf(.text(TemplateText(string)))
        case .symbol("("):
            if take(.symbol(")")) {
                return leaf(.list([]))
            }
            let inner = try tuple()
            try expect(.symbol(")"))
            return inner
        case .symbol("["):
            var elements: [TemplateExpression] = []
            while next.kind != .symbol("]") {
                elements.append(try expression())
                guard take(.symbol(",")) else { break }
            }
            try expect(.symbol("]"))
            return leaf(.list(elements))
        case .symbol("{"):
            var members: [(key: TemplateExpression, value: TemplateExpression)] = []
            while next.kind != .symbol("}") {
                let key = try expression()
                try expect(.symbol(":"))
                members.append((key, try expression()))
                guard take(.symbol(",")) else { break }
            }
            try expect(.symbol("}"))
            return leaf(.mapping(members))
        default:
            throw fault(.syntax, "expected an expression", at: token.offset)
        }
    }

    private mutating func postfixes(
        allowingFilters: Bool
    ) throws(TemplateError) -> [TemplatePostfix] {
        var postfixes: [TemplatePostfix] = []
        while true {
            let offset = next.offset
            let kind: TemplatePostfix.Kind
            switch next.kind {
            case .symbol("."):
                advance()
                if case .int(let index) = next.kind {
                    advance()
                    kind = .item(TemplateExpression(kind: .int(index), offset: offset))
                } else {
                    kind = .attribute(try name())
                }
            case .symbol("["): kind = try item()
            case .symbol("("): kind = .call(try arguments())
            case .symbol("|") where allowingFilters: kind = try filter()
            case .name("is") where allowingFilters: kind = try test()
            default: return postfixes
            }
            postfixes.append(TemplatePostfix(kind: kind, offset: offset))
        }
    }

    private mutating func item() throws(TemplateError) -> TemplatePostfix.Kind {
        advance()
        var parts: [TemplateExpression?] = [nil]
        while next.kind != .symbol("]") {
            if take(.symbol(":")) {
                parts.append(nil)
            } else if parts[parts.count - 1] == nil {
                parts[parts.count - 1] = try expression()
            } else {
                break
            }
        }
        try expect(.symbol("]"))
        if parts.count == 1, let index = parts[0] { return .item(index) }
        guard 2...3 ~= parts.count else { throw fault(.syntax, "expected an index or a slice") }
        return .slice(start: parts[0], stop: parts[1], step: parts.count == 3 ? parts[2] : nil)
    }

    private mutating func arguments() throws(TemplateError) -> TemplatePostfix.Arguments {
        try expect(.symbol("("))
        var arguments = TemplatePostfix.Arguments()
        while next.kind != .symbol(")") {
            if case .name(let name) = next.kind, second == .symbol("=") {
                advance()
                advance()
                arguments.named.append((name, try expression()))
            } else if next.kind == .symbol("*") || next.kind == .symbol("**") {
                throw fault(.unsupported, "unpacked arguments are not supported")
            } else if arguments.named.isEmpty {
                arguments.positional.append(try expression())
            } else {
                throw fault(.syntax, "a positional argument after a named one")
            }
            guard take(.symbol(",")) else { break }
        }
        try expect(.symbol(")"))
        return arguments
    }

    private mutating func filter() throws(TemplateError) -> TemplatePostfix.Kind {
        advance()
        let offset = next.offset
        let name = try name()
        guard let filter = TemplateFilter(name: name) else {
            throw fault(.unsupported, "the filter \(name) is not supported", at: offset)
        }
        return .filter(filter, next.kind == .symbol("(") ? try arguments() : .init())
    }

    /// Filters alone, as after `{% set x`.
    mutating func filters() throws(TemplateError) -> [TemplatePostfix] {
        var filters: [TemplatePostfix] = []
        while next.kind == .symbol("|") {
            let offset = next.offset
            filters.append(TemplatePostfix(kind: try filter(), offset: offset))
        }
        return filters
    }

    private mutating func test() throws(TemplateError) -> TemplatePostfix.Kind {
        advance()
        let isNegated = take(.name("not"))
        let offset = next.offset
        let name = try name()
        guard let test = TemplateTest(name: name) else {
            throw fault(.unsupported, "the test \(name) is not supported", at: offset)
        }
        var arguments = TemplatePostfix.Arguments()
        switch next.kind {
        case .symbol("("): arguments = try self.arguments()
        case .name("else"), .name("or"), .name("and"), .name("if"), .name("is"), .name("in"),
            .name("not"):
            break
        case .name, .string, .int, .double, .symbol("["), .symbol("{"):
            try descend()
            defer { ascend() }
            arguments.positional = [try unary(allowingFilters: false)]
        default: break
        }
        return .test(test, arguments, isNegated: isNegated)
    }
}
