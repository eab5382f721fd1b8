/// One number that is watched while a model is trained.
///
/// What becomes of it (means, limits, alarms) is the business of `Watch`.
public protocol Monitor: AnyObject {
    /// Prepares to read activations of a step's forward passes.
    func prepare(_ pass: inout ForwardPass, step: Int)

    /// Reads before the first step; nil where there is nothing to read yet.
    func readingBefore() throws -> MonitorReading?

    /// Reads after a step; nil where it is not time.
    func reading(after report: StepReport) throws -> MonitorReading?

    /// Seconds spent inside forward passes so far.
    var secondsInPasses: Double { get }
}

extension Monitor {
    public func prepare(_ pass: inout ForwardPass, step: Int) {}
    public func readingBefore() throws -> MonitorReading? { nil }
    public var secondsInPasses: Double { 0 }
}

/// A mean in parts, so that processes can add theirs up.
public struct MonitorReading: Hashable, Sendable {
    /// Weight times mean, in the monitor's unit.
    public var sum: Double
    /// How much it counts; above 0.
    public var weight: Double

    public init(sum: Double, weight: Double = 1) {
        self.sum = sum
        self.weight = weight
    }
}

/// The training loss, as a baseline.
public final class LossMonitor: Monitor {
    public init() {}

    public func reading(after report: StepReport) -> MonitorReading? {
        report.metrics["loss"].map { MonitorReading(sum: $0) }
    }
}

/// Steps done, as a baseline.
public final class StepMonitor: Monitor {
    public init() {}

    public func reading(after report: StepReport) -> MonitorReading? {
        MonitorReading(sum: Double(report.step))
    }
}
