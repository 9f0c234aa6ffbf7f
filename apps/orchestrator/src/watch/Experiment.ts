// What TensorBoard's tab HParams says of the trainings of one pipeline: which settings differ, and how good each became.
import * as EventFile from "@inkstone/trainer/EventFile"
import { Series } from "@inkstone/trainer/events/Series"
import { Clock, Effect } from "effect"
import * as fs from "node:fs"
import * as path from "node:path"

/** Runs of a folder that say their settings. */
const runsIn = (folder: string): ReadonlyArray<Series> =>
  (fs.existsSync(folder) ? fs.readdirSync(folder, { withFileTypes: true }) : [])
    .filter((entry) => entry.isSymbolicLink() && fs.existsSync(path.join(folder, entry.name)))
    .map(({ name }) => {
      const series = new Series(path.join(folder, name))
      series.update()
      return series
    })
    .filter(({ hparams }) => Object.keys(hparams).length > 0)

/**
 * Writes it beside the links of a pipeline, anew after each run; a single training needs none. What goes wrong costs no run: the tab
 * then finds settings and metrics by itself, all of them.
 */
export const write = Effect.fn("Experiment.write")(
  function* (folder: string, pipeline: string) {
    const runs = yield* Effect.try(() => runsIn(folder))
    if (runs.length < 2) return
    const tags = [...new Set(runs.flatMap(({ tags }) => [...tags.keys()]))].toSorted()
    yield* Effect.try(() => {
      for (const name of fs.readdirSync(folder))
        if (name.includes("tfevents")) fs.rmSync(path.join(folder, name))
    })
    const now = (yield* Clock.currentTimeMillis) / 1000
    const events = yield* EventFile.open(folder, { firstStep: 0, wallSeconds: now })
    yield* events.experiment(now, {
      name: pipeline,
      about: `Trainings of the pipeline ${pipeline}`,
      runs: runs.map(({ hparams }) => hparams),
      metrics: tags
        .filter((tag) => tag.endsWith("/validation") || tag === "loss/train")
        .map((tag) => ({ tag, split: tag === "loss/train" ? ("train" as const) : ("validation" as const) }))
    })
  },
  (effect) => Effect.ignore(Effect.scoped(effect))
)
