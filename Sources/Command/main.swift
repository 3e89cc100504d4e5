import Glibc
import Loop
import Service

StandardStreams.reserve()
let status = CommandLineTool.run(
    Array(CommandLine.arguments.dropFirst()), environment: CommandLineTool.environment)
exit(CommandLineTool.checkOutput(after: status))
