/// A statement of a template.
indirect enum TemplateStatement: Sendable {
    case text(TemplateText)
    case output(TemplateExpression)
    case conditional(branches: [Branch], otherwise: [TemplateStatement])
    case loop(Loop)
    case set(target: Target, value: TemplateExpression)
    case setBlock(target: Target, filters: [TemplatePostfix], body: [TemplateStatement])
    case macro(TemplateMacro)
    case generation([TemplateStatement])
    case leaveLoop
    case nextIteration

    struct Branch: Sendable {
        let condition: TemplateExpression
        let body: [TemplateStatement]
    }

    struct Loop: Sendable {
        let targets: [String]
        let elements: TemplateExpression
        let condition: TemplateExpression?
        let body: [TemplateStatement]
        let otherwise: [TemplateStatement]
    }

    enum Target: Sendable {
        case names([String])
        case attribute(of: String, name: String, offset: Int)
    }
}

struct TemplateMacro: Sendable {
    struct Parameter: Sendable {
        let name: String
        let defaultValue: TemplateExpression?
    }

    let name: String
    let parameters: [Parameter]
    let body: [TemplateStatement]
}

/// An expression of a template.
///
/// Chains of operators and of postfixes are flat, so that the depth of the tree, and with it the
/// stack needed to walk it, is bounded by the nesting that the parser allows.
struct TemplateExpression: Sendable {
    indirect enum Kind: Sendable {
        case none
        case bool(Bool)
        case int(Int)
        case double(Double)
        case text(TemplateText)
        case name(String)
        case list([TemplateExpression])
        case mapping([(key: TemplateExpression, value: TemplateExpression)])
        case conditional(
            TemplateExpression, then: TemplateExpression, otherwise: TemplateExpression?)
        case not(TemplateExpression)
        case negate(TemplateExpression)
        case any([TemplateExpression])
        case all([TemplateExpression])
        case comparison(TemplateExpression, [(Comparison, TemplateExpression)])
        case chain(TemplateExpression, [(Operator, TemplateExpression)])
        case postfix(TemplateExpression, [TemplatePostfix])
    }

    enum Comparison: String, Sendable {
        case equal = "=="
        case notEqual = "!="
        case less = "<"
        case lessOrEqual = "<="
        case greater = ">"
        case greaterOrEqual = ">="
        case contained = "in"
        case notContained = "not in"
    }

    enum Operator: String, Sendable {
        case add = "+"
        case subtract = "-"
        case concatenate = "~"
        case multiply = "*"
        case divide = "/"
        case floorDivide = "//"
        case remainder = "%"
        case power = "**"
    }

    let kind: Kind
    let offset: Int
}

/// What follows an operand: access, call, filter or test.
struct TemplatePostfix: Sendable {
    indirect enum Kind: Sendable {
        case attribute(String)
        case item(TemplateExpression)
        case slice(start: TemplateExpression?, stop: TemplateExpression?, step: TemplateExpression?)
        case call(Arguments)
        case filter(TemplateFilter, Arguments)
        case test(TemplateTest, Arguments, isNegated: Bool)
    }

    struct Arguments: Sendable {
        var positional: [TemplateExpression] = []
        var named: [(name: String, value: TemplateExpression)] = []
    }

    let kind: Kind
    let offset: Int
}
