#!/usr/bin/env node
// The command line `inkstone`.
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as NodeServices from "@effect/platform-node/NodeServices"
import { Cause, Effect } from "effect"
import { Command } from "effect/cli"
import { doctor } from "./commands/Doctor.ts"
import { gc } from "./commands/Gc.ts"
import { generate } from "./commands/Generate.ts"
import { graph } from "./commands/Graph.ts"
import { plan } from "./commands/Plan.ts"
import { report } from "./commands/Report.ts"
import { run } from "./commands/Run.ts"
import { failed } from "./Failure.ts"

const inkstone = Command.make("inkstone").pipe(
  Command.withSubcommands([run, plan, graph, report, generate, doctor, gc]),
  Command.withDescription(
    "A laboratory for writing models: from raw text to a recommendation with evidence. Exit codes: 0 done, 2 usage or config, 3 data, 4 resource, 5 crashed, 6 timed out, 130 or 143 stopped by a signal"
  ),
  Command.run({ version: "0.1.0" }),
  Effect.catchTag("PipelineInvalid", (error) => failed("config", error.message)),
  Effect.catchTag(["ArtifactMissing", "ArtifactCorrupt", "ArtifactInvalid"], (error) =>
    failed("data", `${error.message}. Run the pipeline again: it will be made anew`)
  ),
  Effect.catchTag("StorageFailed", (error) => failed("resource", error.message)),
  Effect.tapCause((cause) =>
    Effect.sync(() => {
      const error = Cause.squash(cause)
      const usage =
        typeof error === "object" && error !== null && "_tag" in error && error._tag === "ShowHelp"
      if (usage || Cause.hasInterruptsOnly(cause)) return
      const known = error instanceof Error && "_tag" in error
      process.stderr.write(`${known ? error.message : Cause.pretty(cause)}\n`)
    })
  ),
  Effect.provide(NodeServices.layer)
)

NodeRuntime.runMain(inkstone, { disableErrorReporting: true })
