// How a command ends when it does not end well: a message for the person, an exit code for the script.
import type { FailureCategory } from "@inkstone/stage"
import { Runtime, Schema } from "effect"

/** Documented in docs/architecture.md; the shell adds 128 to the number of a signal. */
export const exitCodes: Readonly<Record<FailureCategory, number>> = {
  config: 2,
  data: 3,
  resource: 4,
  crashed: 5,
  "timed-out": 6,
  cancelled: 130
}

/** `message` is all that is shown: what, where, and what to do. */
export class CommandFailed extends Schema.TaggedError<CommandFailed>()("CommandFailed", {
  message: Schema.String,
  exitCode: Schema.Int
}) {
  override readonly [Runtime.errorExitCode] = this.exitCode
  override readonly [Runtime.errorReported] = true
}

export const failed = (category: FailureCategory, message: string): CommandFailed =>
  new CommandFailed({ message, exitCode: exitCodes[category] })
