// A training whose disk fills up: it ends with a failure that says so, keeps its older checkpoints and goes on from them.
import * as NamedArray from "@inkstone/model-zoo/NamedArray"
import * as Checkpoints from "@inkstone/trainer/Checkpoints"
import { Log, stepColumns } from "@inkstone/trainer/History"
import { Effect } from "effect"
import { readdirSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { mountable, smallDisk } from "./support/SmallDisk.ts"

const standpoint = (step: number) => ({
  step,
  standing: undefined,
  cost: { trainMs: 0, evaluateMs: 0, checkpointMs: 0 },
  steps: new Log(stepColumns),
  evaluations: new Log<string>(["step"]),
  samples: [],
  detours: []
})
/** 400 kB */
const state = (value: number) =>
  Effect.sync(() => new Map([["w", NamedArray.of("w", "float32", new Float32Array(100_000).fill(value))]]))

describe.skipIf(!mountable)(
  `a full disk${mountable ? "" : " [skipped: no file system can be mounted]"}`,
  () => {
    it("ends in a failure with advice, leaves the older checkpoint whole and no half of the new one", async () => {
      using disk = smallDisk(600)
      const folder = join(disk.path, "here")
      const open = Checkpoints.open({
        folder,
        every: 10,
        keepLast: 2,
        keepBest: 0,
        mode: "min",
        restoreBest: false
      })
      const failure = await Effect.runPromise(
        Effect.scoped(
          Effect.gen(function* () {
            const checkpoints = yield* open
            yield* checkpoints.save(standpoint(10), state(1))
            yield* checkpoints.settled
            yield* checkpoints.save(standpoint(20), state(2))
            return yield* Effect.flip(checkpoints.settled)
          })
        )
      )
      expect(failure).toMatchObject({ category: "resource", fact: "StorageFailed" })
      expect(failure.message).toMatch(/step-000000020.*ENOSPC.*Free some disk space/s)
      expect(readdirSync(folder)).toEqual(["step-000000010.safetensors"])
      disk.resize(2000)
      const newest = await Effect.runPromise(
        Effect.scoped(Effect.flatMap(open, (checkpoints) => checkpoints.newest("any")))
      )
      expect(newest?.step).toBe(10)
    })
  }
)
