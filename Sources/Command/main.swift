import Glibc
import Service

exit(CommandLineTool.run(Array(CommandLine.arguments.dropFirst()), environment: CommandLineTool.environment))
