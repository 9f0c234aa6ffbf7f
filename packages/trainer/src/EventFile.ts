// TensorBoard event files: what a training says of itself while it runs. `tensorboard --logdir` on the workspace shows it, and
// so does `inkstone watch`. What the records hold is in `events/`, a file a noun.
import type { StageFailure } from "@inkstone/stage"
import { Effect, type Scope } from "effect"
import * as fs from "node:fs"
import * as path from "node:path"
import * as Event from "./events/Event.ts"
import * as GraphView from "./events/GraphView.ts"
import { histogramOf } from "./events/Histogram.ts"
import * as HParams from "./events/HParams.ts"
import * as EventRecord from "./events/Record.ts"
import * as Summary from "./events/Summary.ts"
import { attempt } from "./Workspace.ts"

type Tagged<Value> = Readonly<Record<string, Value>>

type Written = Effect.Effect<void, StageFailure>

export interface EventFile {
  readonly path: string
  /** Numbers by tag, such as `{ "loss/train": 3.2 }`, stored as float32; `wallSeconds` since 1970. */
  readonly scalars: (step: number, wallSeconds: number, values: Tagged<number>) => Written
  /** How values are spread, by tag: weights by their parameter's name. All are counted; some three seconds a gigabyte. */
  readonly histograms: (step: number, wallSeconds: number, values: Tagged<Float32Array>) => Written
  /** Markdown by tag: what the model writes at a prompt. */
  readonly texts: (step: number, wallSeconds: number, values: Tagged<string>) => Written
  /** The program that runs, from the bytes of its GraphDef; once a file. Large constants are left out. */
  readonly graph: (wallSeconds: number, graphDef: Uint8Array) => Written
  /**
   * The settings of this run (`HParams.of(config)`), once a file. Runs of one `group` differ by no more than their seed, and
   * are averaged in TensorBoard's table.
   */
  readonly started: (
    wallSeconds: number,
    hparams: HParams.HParams,
    options?: { readonly group?: string }
  ) => Written
  /** How the run ended; of one that says nothing (it goes on, or was killed) the table says `unknown`. */
  readonly ended: (wallSeconds: number, ending: HParams.Ending) => Written
  /** Which settings and metrics a search is about; in a folder above those of its runs. */
  readonly experiment: (wallSeconds: number, experiment: HParams.Experiment) => Written
}

/**
 * Starts a new event file in `directory`, behind those of earlier attempts. Its first event makes TensorBoard forget
 * what those said about `firstStep` and later, so that after a crash no step is shown twice. A last record cut off by the
 * crash does no harm: readers stop there and go on to this file.
 *
 * Nothing is held back: each call is one write of whole records, seen by readers at once and kept by the system if the
 * process is killed after it. Nothing is synced to the disk either: after a power cut the trace and the checkpoints are what counts.
 */
export const open = Effect.fn("EventFile.open")(function* (
  directory: string,
  options: { readonly firstStep: number; readonly wallSeconds: number }
): Effect.fn.Return<EventFile, StageFailure, Scope.Scope> {
  const file = yield* attempt(directory, () => {
    fs.mkdirSync(directory, { recursive: true })
    const earlier = fs.readdirSync(directory).filter((name) => name.includes("tfevents")).length
    // TensorBoard reads the files of a folder in the order of their names.
    return path.join(directory, `events.out.tfevents.${String(earlier + 1).padStart(10, "0")}.inkstone`)
  })
  const descriptor = yield* Effect.acquireRelease(
    attempt(file, () => fs.openSync(file, "wx")),
    (descriptor) => Effect.sync(() => fs.closeSync(descriptor))
  )
  const append = (event: () => Uint8Array) =>
    attempt(file, () => fs.appendFileSync(descriptor, EventRecord.encode(event())))
  const summary = (when: Event.When, values: () => Parameters<typeof Event.summary>[1]) =>
    append(() => Event.summary(when, values()))
  yield* append(() => Event.version(options.wallSeconds))
  yield* append(() => Event.restarted({ step: options.firstStep, wallSeconds: options.wallSeconds }))
  return {
    path: file,
    scalars: (step, wallSeconds, values) =>
      summary({ step, wallSeconds }, () =>
        Object.entries(values).map(([tag, value]) => Summary.scalar(tag, value))
      ),
    histograms: (step, wallSeconds, values) =>
      summary({ step, wallSeconds }, () =>
        Object.entries(values).map(([tag, each]) => Summary.histogram(tag, histogramOf(each)))
      ),
    texts: (step, wallSeconds, values) =>
      summary({ step, wallSeconds }, () =>
        Object.entries(values).map(([tag, markdown]) => Summary.text(tag, markdown))
      ),
    graph: (wallSeconds, graphDef) => append(() => Event.graph(wallSeconds, GraphView.of(graphDef))),
    started: (wallSeconds, hparams, { group = "" } = {}) =>
      summary({ step: 0, wallSeconds }, () => [HParams.started(hparams, { group, wallSeconds })]),
    ended: (wallSeconds, ending) =>
      summary({ step: 0, wallSeconds }, () => [HParams.ended(ending, wallSeconds)]),
    experiment: (wallSeconds, experiment) =>
      summary({ step: 0, wallSeconds }, () => [HParams.experiment(experiment, wallSeconds)])
  }
})
