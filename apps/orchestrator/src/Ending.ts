// What a command that did not succeed says last, and the code it exits with.
import { Cause } from "effect"
import { CliError } from "effect/cli"
import { type Category, CommandFailed, exitCodes } from "./Failure.ts"

export type Signal = "SIGINT" | "SIGTERM"

export interface Ending {
  readonly category: Category
  readonly message: string
  readonly exitCode: number
}

/** A shell adds 128 to the number of the signal. */
export const signalCode = (signal: Signal): number => (signal === "SIGTERM" ? 143 : 130)

const ending = (category: Category, message: string): Ending => ({
  category,
  message,
  exitCode: exitCodes[category]
})

/** Undefined where nothing went wrong: help was asked for. `signal` is what stopped it, if one did. */
export const of = (cause: Cause.Cause<unknown>, signal: Signal | undefined): Ending | undefined => {
  if (Cause.hasInterruptsOnly(cause))
    return {
      category: "cancelled",
      message: `stopped${signal === undefined ? "" : ` by ${signal}`}`,
      exitCode: signalCode(signal ?? "SIGINT")
    }
  const error = Cause.squash(cause)
  if (error instanceof CommandFailed) return ending(error.category, error.message)
  if (CliError.isCliError(error)) {
    if (error._tag !== "ShowHelp") return ending("usage", error.message)
    if (error.errors.length === 0) return undefined
    const problems = error.errors.map(({ message }) => message).join("\n")
    return ending("usage", `${problems}\n\nHelp: ${error.commandPath.join(" ")} --help`)
  }
  const known = error instanceof Error && "_tag" in error
  return ending("crashed", known ? error.message : Cause.pretty(cause))
}
