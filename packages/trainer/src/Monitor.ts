// What a training shows of itself while it runs: its event files for TensorBoard, and the line that a person watches.
import type { NamedArrays } from "@inkstone/model-zoo/NamedArray"
import * as NamedArray from "@inkstone/model-zoo/NamedArray"
import type { Progress, StageFailure } from "@inkstone/stage"
import { Clock, Effect, type Scope } from "effect"
import type * as Checkpoint from "./Checkpoint.ts"
import type { Standing } from "./EarlyStopping.ts"
import * as EventFile from "./EventFile.ts"
import type * as HParams from "./events/HParams.ts"
import type { EvaluationLog, Log, StepRow } from "./History.ts"
import { note } from "./ProgressLine.ts"

/** What is told once. */
export interface About {
  /** folder of the event files */
  readonly events: string
  /** the program, serialized; it is not shown if left out */
  readonly graphDef?: Uint8Array
  /** settings, as the tab HParams shows them */
  readonly hparams?: HParams.HParams
  /** whether evaluations show how the weights are spread */
  readonly histograms: boolean
}

const wallSeconds = Effect.map(Clock.currentTimeMillis, (millis) => millis / 1e3)

/** Starts an event file; what earlier ones say of steps behind `step` is forgotten. */
export const open = Effect.fn("Monitor.open")(function* (
  { events, graphDef, hparams }: About,
  step: number
): Effect.fn.Return<EventFile.EventFile, StageFailure, Scope.Scope> {
  const wall = yield* wallSeconds
  const file = yield* EventFile.open(events, { firstStep: step + 1, wallSeconds: wall })
  if (hparams !== undefined) yield* file.started(wall, hparams)
  // of a training that goes on, an earlier file has it
  if (graphDef !== undefined && step === 0) yield* file.graph(wall, graphDef)
  return file
})

/** A step's numbers, without those that are not known. */
export const stepped = Effect.fnUntraced(function* (file: EventFile.EventFile, row: StepRow) {
  const { step, loss_nats, rss_bytes, step_ms: _, ...others } = row
  const known = Object.entries({ "loss/train": loss_nats, memory_bytes: rss_bytes, ...others })
  yield* file.scalars(
    step,
    yield* wallSeconds,
    Object.fromEntries(known.filter(([, value]) => Number.isFinite(value)))
  )
})

/** What an evaluation found; `weights` where their spread is to be shown. */
export const evaluated = Effect.fnUntraced(function* (
  file: EventFile.EventFile,
  step: number,
  { found, weights }: { readonly found: Readonly<Record<string, number>>; readonly weights?: NamedArrays }
) {
  const wall = yield* wallSeconds
  yield* file.scalars(
    step,
    wall,
    Object.fromEntries(Object.entries(found).map(([name, value]) => [`${name}/validation`, value]))
  )
  if (weights === undefined) return
  const spread = [...weights.values()].flatMap((array) => {
    const values = NamedArray.view(array, "float32")
    return values === undefined ? [] : [[`weights/${array.name}`, values] as const]
  })
  yield* file.histograms(step, wall, Object.fromEntries(spread))
})

/** What the model wrote. */
export const sampled = Effect.fnUntraced(function* (
  file: EventFile.EventFile,
  samples: ReadonlyArray<Checkpoint.StepSample>
) {
  const wall = yield* wallSeconds
  for (const [i, { prompt, step, text }] of samples.entries())
    yield* file.texts(step, wall, { [`samples/${i}`]: `**${prompt.trim()}** ${text}` })
})

/** How the training ended. */
export const ended = Effect.fnUntraced(function* (file: EventFile.EventFile, ending: "success" | "failure") {
  yield* file.ended(yield* wallSeconds, ending)
})

interface Stand {
  readonly steps: Log<keyof StepRow>
  readonly evaluations: EvaluationLog
  readonly standing: Standing | undefined
}

/** Where the training stands, for the one who watches. */
export const progress = (
  { evaluations, standing, steps }: Stand,
  { metric, total }: { readonly total: number; readonly metric: string }
): Progress => {
  const share = steps.last("ceiling_share") ?? Number.NaN
  const value = evaluations.last(metric === "loss" ? "loss_nats" : metric)
  return {
    done: steps.rows,
    total,
    unit: "steps",
    note: note({
      losses: steps.tail("loss_nats", 64),
      ...(standing === undefined || value === undefined
        ? {}
        : { validation: { loss: value, best: standing.bestValue, bestStep: standing.bestStep } }),
      learningRate: steps.last("learning_rate") ?? 0,
      gradientNorm: steps.last("gradient_norm") ?? 0,
      rate: { perSecond: steps.last("tokens_per_second") ?? 0, unit: "tokens" },
      ...(Number.isFinite(share) ? { matmulShare: share } : {})
    })
  }
}
