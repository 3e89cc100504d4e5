import Glibc
import Loop
import Service

StandardStreams.reserve()
exit(CommandLineTool.run(Array(CommandLine.arguments.dropFirst()), environment: CommandLineTool.environment))
