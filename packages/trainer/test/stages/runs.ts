// Stages run on samples in a store of the test, as a pipeline would run them.
import { StoreLocal } from "@inkstone/artifact"
import { type Stage, StageRunner } from "@inkstone/stage"
import type { Sample } from "@inkstone/stage/testkit"
import { Effect, Layer, References } from "effect"
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"

const temporaryFolder = Effect.acquireRelease(
  Effect.sync(() => fs.mkdtempSync(path.join(os.tmpdir(), "inkstone-trainer-"))),
  (made) => Effect.sync(() => fs.rmSync(made, { recursive: true, force: true }))
)

/** A store that is gone with the scope. */
export const store = Layer.unwrap(Effect.map(temporaryFolder, StoreLocal.layer))

/** What a stage makes of samples, by output. */
export const run = Effect.fnUntraced(
  function* (
    stage: Stage.AnyStage,
    config: object,
    inputs: Readonly<Record<string, Sample | ReadonlyArray<Sample>>>
  ) {
    const wired = yield* Effect.forEach(Object.entries(inputs), ([port, samples]) =>
      Effect.map(
        Effect.forEach([samples].flat(), ({ label, make }) => Effect.map(make, (ref) => ({ label, ref }))),
        (refs) => [port, refs] as const
      )
    )
    return yield* StageRunner.run({
      stage,
      config,
      inputs: Object.fromEntries(wired),
      seed: 7,
      files: [],
      workspace: yield* temporaryFolder,
      report: () => Effect.void
    })
  },
  Effect.scoped,
  Effect.provideService(References.MinimumLogLevel, "None")
)
