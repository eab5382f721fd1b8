public import ArgumentParser
import KeelEvaluation

extension ExportFormat: ExpressibleByArgument {}
extension ImportFormat: ExpressibleByArgument {}
