// Our side as a process of its own, so that its memory is its own: `deduplicate.ts STORE DIGEST`. Prints one line of JSON.
import { StoreLocal } from "@inkstone/artifact"
import { deduplicate } from "@inkstone/ingest/deduplicate/Deduplicate"
import { StageRunner } from "@inkstone/stage"
import { Effect, Layer, Logger } from "effect"

const [root = "", digest = ""] = process.argv.slice(2)

const run = StageRunner.run({
  stage: deduplicate,
  // what datatrove's four steps do, and no more
  config: { documents: { enabled: false } },
  inputs: { documents: [{ label: "documents", ref: { kind: "documents", digest } }] },
  seed: 1,
  files: [],
  workspace: root,
  report: () => Effect.void
}).pipe(Effect.provide(Layer.mergeAll(StoreLocal.layer(root), Logger.layer([]))))

const start = performance.now()
const refs = await Effect.runPromise(run)
const seconds = (performance.now() - start) / 1000
const { maxRSS, systemCPUTime, userCPUTime } = process.resourceUsage()
process.stdout.write(
  `${JSON.stringify({
    seconds,
    cpuSeconds: (userCPUTime + systemCPUTime) / 1e6,
    bytes: maxRSS * 1024,
    duplicates: refs["duplicates"]?.digest ?? ""
  })}\n`
)
