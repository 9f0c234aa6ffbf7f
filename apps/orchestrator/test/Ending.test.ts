import { Cause, Effect, Exit } from "effect"
import { CliError } from "effect/cli"
import { describe, expect, it } from "vitest"
import * as Ending from "../src/Ending.ts"
import { type Category, failed } from "../src/Failure.ts"

const codes: ReadonlyArray<readonly [Category, number]> = [
  ["usage", 2],
  ["config", 2],
  ["data", 3],
  ["resource", 4],
  ["crashed", 5],
  ["timed-out", 6],
  ["cancelled", 130]
]

describe("the end of a command", () => {
  it.each(codes)("that failed for a reason of the category %s has the exit code %i", (category, exitCode) => {
    const cause = Cause.fail(failed(category, "why"))
    expect(Ending.of(cause, undefined)).toEqual({ category, message: "why", exitCode })
  })

  it("by a signal has 128 and its number as the exit code, and names it", () => {
    const stopped = Effect.runSyncExit(Effect.interrupt)
    const cause = Exit.isFailure(stopped) ? stopped.cause : Cause.empty
    expect(Ending.of(cause, "SIGINT")).toMatchObject({ category: "cancelled", exitCode: 130 })
    expect(Ending.of(cause, "SIGTERM")).toMatchObject({ category: "cancelled", exitCode: 143 })
    expect(Ending.of(cause, "SIGTERM")?.message).toBe("stopped by SIGTERM")
  })

  it("for wrong words names them all and where help is", () => {
    const help = new CliError.ShowHelp({
      commandPath: ["inkstone", "run"],
      errors: [
        new CliError.UnrecognizedOption({ option: "--jbos", suggestions: ["--jobs"] }),
        new CliError.MissingArgument({ argument: "pipeline" })
      ]
    })
    const ending = Ending.of(Cause.fail(help), undefined)
    expect(ending?.exitCode).toBe(2)
    expect(ending?.message).toMatch(/--jbos[^]*--jobs[^]*pipeline[^]*Help: inkstone run --help$/)
  })

  it("is none where only help was asked for", () => {
    const help = new CliError.ShowHelp({ commandPath: ["inkstone"], errors: [] })
    expect(Ending.of(Cause.fail(help), undefined)).toBeUndefined()
  })

  it("by a mistake of ours says where, and is a crash", () => {
    const ending = Ending.of(Cause.die(new TypeError("undefined is not a stage")), undefined)
    expect(ending).toMatchObject({ category: "crashed", exitCode: 5 })
    expect(ending?.message).toMatch(/TypeError: undefined is not a stage[^]*Ending\.test\.ts/)
  })
})
