// `inkstone doctor`: what is installed, what is missing, how to get it.
import { Effect } from "effect"
import { Command, Flag } from "effect/cli"
import { failed } from "../Failure.ts"
import * as Flags from "../Flags.ts"
import * as Terminal from "../Terminal.ts"

const marks = { ok: "✓", warning: "!", missing: "✗" }

export const doctor = Command.make(
  "doctor",
  {
    json: Flags.json,
    deep: Flag.Boolean("deep").pipe(
      Flag.withDescription("Also read every installed file and compare its digest"),
      Flag.withDefault(false)
    ),
    install: Flag.Boolean("install").pipe(
      Flag.withDescription("Fetch and build the native library first, if it is missing"),
      Flag.withDefault(false)
    )
  },
  Effect.fn("inkstone doctor")(function* ({ deep, install, json }) {
    const { Doctor, Native } = yield* Effect.promise(() => import("@inkstone/tensorflow"))
    if (install) {
      const view = Terminal.view(json)
      const stage = "native library"
      yield* Native.install((progress) =>
        Effect.sync(() => view.on({ type: "prepare-progress", stage, progress }, performance.now()))
      ).pipe(
        Effect.ensuring(Effect.sync(() => view.close())),
        Effect.mapError((error) => failed("resource", error.message))
      )
    }
    const checks = yield* Doctor.report({ deep }).pipe(
      Effect.mapError((error) => failed("resource", error.message))
    )
    if (json) Terminal.out.write(`${JSON.stringify({ type: "checks", checks })}\n`)
    else
      for (const { advice, detail, name, status } of checks)
        Terminal.out.write(
          `${marks[status]} ${name.padEnd(14)} ${detail}${advice === "" ? "" : `\n${" ".repeat(17)}${advice}`}\n`
        )
    const missing = checks.filter(({ status }) => status === "missing")
    if (missing.length > 0)
      return yield* failed("resource", `missing: ${missing.map(({ name }) => name).join(", ")}`)
  })
).pipe(
  Command.withDescription(
    "Check Node, pip, compiler, the native library, the processor's features and the GPU, and say how to get what is missing"
  ),
  Command.withExamples([
    { command: "inkstone doctor", description: "What is there and what is not" },
    {
      command: "inkstone doctor --install",
      description: "Fetch the native library without running a pipeline"
    },
    { command: "inkstone doctor --deep --json", description: "Verify every installed file, for a program" }
  ])
)
