// How a command ends when it does not end well: a message for the person, an exit code for the script.
import type { FailureCategory } from "@inkstone/stage"
import { Schema } from "effect"

/** `usage`: the words of the command line are wrong. */
export type Category = FailureCategory | "usage"

/** Documented in docs/architecture.md. */
export const exitCodes: Readonly<Record<Category, number>> = {
  usage: 2,
  config: 2,
  data: 3,
  resource: 4,
  crashed: 5,
  "timed-out": 6,
  cancelled: 130
}

/** `message` is all that is shown: what, where, and what to do. */
export class CommandFailed extends Schema.TaggedError<CommandFailed>()("CommandFailed", {
  category: Schema.Literals(["usage", "config", "data", "resource", "crashed", "timed-out", "cancelled"]),
  message: Schema.String
}) {}

export const failed = (category: Category, message: string): CommandFailed =>
  new CommandFailed({ category, message })
