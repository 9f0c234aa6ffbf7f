#!/usr/bin/env node
// The command line `inkstone`. Commands import what they work with when they run: help is there at once.
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as NodeServices from "@effect/platform-node/NodeServices"
import { Effect, Exit } from "effect"
import { CliOutput, Command } from "effect/cli"
import { convert } from "./commands/Convert.ts"
import { doctor } from "./commands/Doctor.ts"
import { estimate } from "./commands/Estimate.ts"
import { fill } from "./commands/Fill.ts"
import { gc } from "./commands/Gc.ts"
import { generate } from "./commands/Generate.ts"
import { graph } from "./commands/Graph.ts"
import { models } from "./commands/Models.ts"
import { plan } from "./commands/Plan.ts"
import { report } from "./commands/Report.ts"
import { resume } from "./commands/Resume.ts"
import { run } from "./commands/Run.ts"
import { search } from "./commands/Search.ts"
import { tokenizers } from "./commands/Tokenizers.ts"
import { verifyResume } from "./commands/VerifyResume.ts"
import { watch } from "./commands/Watch.ts"
import { whatIf } from "./commands/WhatIf.ts"
import { why } from "./commands/Why.ts"
import * as Ending from "./Ending.ts"
import { failed } from "./Failure.ts"
import * as Terminal from "./Terminal.ts"

/** `npm run` may pass on a Ctrl-C that the terminal has sent already; a person's second one comes later than this. */
const SAME_SIGNAL_MILLIS = 700

/** Known before the words are understood, since they may be wrong. */
const json = process.argv.includes("--json")

let stopped: { readonly by: Ending.Signal; readonly at: number } | undefined
const stop = (by: Ending.Signal) => {
  if (stopped === undefined) stopped = { by, at: performance.now() }
  // the stages' processes notice that this one is gone and leave a checkpoint by themselves
  else if (performance.now() - stopped.at > SAME_SIGNAL_MILLIS) process.exit(Ending.signalCode(by))
}
process.on("SIGINT", stop).on("SIGTERM", stop)
// a reader that has gone away (`| head`) is no failure of ours
for (const stream of [process.stdout, process.stderr])
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error
  })

/** Help goes to standard output; what is wrong with the words is told like every other failure, see `Ending`. */
const presenter: CliOutput.Presenter = {
  present: (event) =>
    event._tag === "InvalidInvocation" ? Effect.void : CliOutput.defaultPresenter.present(event)
}

const inkstone = Command.make("inkstone").pipe(
  Command.withSubcommands([
    run,
    resume,
    verifyResume,
    watch,
    plan,
    estimate,
    graph,
    report,
    search,
    generate,
    fill,
    models,
    tokenizers,
    why,
    whatIf,
    convert,
    doctor,
    gc
  ]),
  Command.withDescription(
    "A laboratory for writing models: from raw text to a recommendation with evidence. Exit codes: 0 done, 2 usage or config, 3 data, 4 resource, 5 crashed, 6 timed out, 130 or 143 stopped by a signal"
  ),
  Command.run({ version: "0.1.0" }),
  Effect.catchTags({
    PipelineInvalid: (error) => failed("config", error.message),
    MemoryLacking: (error) => failed("resource", error.message)
  }),
  Effect.catchTag(["ArtifactMissing", "ArtifactCorrupt", "ArtifactInvalid"], (error) =>
    failed("data", `${error.message}. Run the pipeline again: it will be made anew`)
  ),
  Effect.catchTag("StorageFailed", (error) => failed("resource", error.message)),
  Effect.provideService(CliOutput.Presenter, presenter),
  Effect.provide(NodeServices.layer)
)

NodeRuntime.runMain(inkstone, {
  disableErrorReporting: true,
  teardown: (exit, done) => {
    const ending = Exit.isSuccess(exit) ? undefined : Ending.of(exit.cause, stopped?.by)
    if (ending === undefined) return done(0)
    Terminal.complain(ending.message)
    if (json) Terminal.out.write(`${JSON.stringify({ type: "error", ...ending })}\n`)
    done(ending.exitCode)
  }
})
