// A training step of a small GPT: ours beside PyTorch's, float32 and bfloat16, in turns.
import { AdamW, type Precision, TrainingProgram } from "@inkstone/graph"
import { causal } from "@inkstone/model-zoo"
import * as Gpt2 from "@inkstone/model-zoo/Gpt2"
import { CpuFeatures, Session } from "@inkstone/tensorflow"
import { Effect, Schema, type Scope } from "effect"
import { availableParallelism } from "node:os"
import * as Peer from "./Peer.ts"
import type { BenchOptions, Row } from "./Row.ts"

/** 13.9 million parameters: what a person trains on a laptop. */
const shape = { layers: 6, heads: 6, channels: 384, positions: 256, batch: 8, vocab: 8192 }
type Shape = typeof shape

// PyTorch multiplies bfloat16 without vector instructions where the processor has none for it, in minutes a step of that
// shape: there the step is a thirty-second of it, for both sides
const shapeFor = (precision: Precision, full: boolean): Shape =>
  full || precision === "float32" || CpuFeatures.nativeBfloat16(CpuFeatures.read())
    ? shape
    : { ...shape, batch: 1, positions: 64 }

/** One side of the comparison: runs some steps and says how long each took. */
interface Side {
  readonly name: string
  readonly run: (steps: number) => Promise<ReadonlyArray<number>>
}

/** Text-like: a few tokens often, most rarely. The same for all sides. */
const tokensOf = ({ batch: B, positions: T, vocab: V }: Shape): Int32Array => {
  let state = 1
  return Int32Array.from({ length: B * (T + 1) }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor(V ** (state / 2 ** 32)) % V
  })
}

const ours = Effect.fnUntraced(function* (precision: Precision, shape: Shape) {
  const { batch: B, channels, heads, layers, positions: T, vocab: V } = shape
  const model = Gpt2.build({
    vocabSize: V,
    contextLength: T,
    layers,
    heads,
    channels,
    layerNormEpsilon: 1e-5
  })
  const { entries, graphDef } = TrainingProgram.build(causal(model), {
    optimizer: AdamW.defaults,
    precision,
    clusters: true
  })
  const session = yield* Session.open(graphDef)
  session.call(entries.init, { key: { values: Int32Array.of(0, 1) } })
  let step = 0
  const given = {
    tokens: { shape: [B, T + 1], values: tokensOf(shape) },
    weights: { shape: [B, T], values: new Float32Array(B * T).fill(1) },
    key: { values: Int32Array.of(0, 0) },
    learningRate: { values: Float32Array.of(1e-3) },
    maxGradientNorm: { values: Float32Array.of(1) }
  }
  const one = () => {
    const start = performance.now()
    step += 1
    session.call(entries.train, { ...given, step: { values: Float32Array.of(step) } })
    return (performance.now() - start) / 1000
  }
  const side: Side = {
    name: "inkstone",
    run: (steps) => Promise.resolve(Array.from({ length: steps }, one))
  }
  return side
})

const Hello = Schema.Struct({ name: Schema.String })
const Answer = Schema.Struct({ seconds: Schema.Array(Schema.Finite) })

const torch = Effect.fnUntraced(function* (
  python: string,
  shape: Shape,
  { compile, precision }: { readonly compile: boolean; readonly precision: Precision }
) {
  const peer = yield* Effect.acquireRelease(
    Effect.sync(() => new Peer.Peer(python, "torch_gpt.py")),
    (peer) => Effect.sync(() => peer.close())
  )
  const setup = {
    ...shape,
    precision,
    compile,
    threads: availableParallelism(),
    tokens: [...tokensOf(shape)]
  }
  const { name } = yield* Effect.promise(() => peer.ask(setup).then(Schema.decodeUnknownPromise(Hello)))
  const side: Side = {
    name,
    run: (steps) =>
      peer
        .ask(steps)
        .then(Schema.decodeUnknownPromise(Answer))
        .then(({ seconds }) => seconds)
  }
  return side
})

const median = (values: ReadonlyArray<number>): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN

const compare = Effect.fnUntraced(function* (
  precision: Precision,
  { full, quick, rounds }: BenchOptions
): Effect.fn.Return<ReadonlyArray<Row>, unknown, Scope.Scope> {
  const shape = shapeFor(precision, full)
  const { batch: B, channels, layers, positions: T, vocab: V } = shape
  const python = Peer.python()
  if (python === undefined) process.stderr.write(`${Peer.advice}\n`)
  const peers =
    python === undefined
      ? []
      : [
          yield* torch(python, shape, { precision, compile: false }),
          ...(quick ? [] : [yield* torch(python, shape, { precision, compile: true })])
        ]
  const sides = [yield* ours(precision, shape), ...peers]
  const seconds = new Map<Side, Array<number>>()
  const steps = quick ? 1 : 3
  for (const side of sides) {
    yield* Effect.promise(() => side.run(2)) // the first step compiles
    seconds.set(side, [])
  }
  for (let round = 0; round < rounds; round++)
    for (const side of sides) seconds.get(side)?.push(...(yield* Effect.promise(() => side.run(steps))))

  const speed = (side: Side) => (B * T) / median(seconds.get(side) ?? [])
  const work = `GPT step ${layers}x${channels}, B ${B}, T ${T}, V ${V}, ${precision}`
  const [own, ...others] = sides.map((side) => ({ name: side.name, speed: speed(side) }))
  const rate = own?.speed ?? Number.NaN
  return others.length === 0
    ? [{ work, unit: "tok/s", ours: rate, peerName: "PyTorch (not installed)" }]
    : others.map(({ name, speed }) => ({
        work,
        unit: "tok/s",
        ours: rate,
        peer: speed,
        peerName: name,
        ratio: rate / speed
      }))
})

/** The two precisions one after the other, so that no more than three programs hold memory at once. */
export const train = (options: BenchOptions): Promise<ReadonlyArray<Row>> =>
  Effect.runPromise(
    Effect.map(
      Effect.forEach(["float32", "bfloat16"] as const, (precision) =>
        Effect.scoped(compare(precision, options))
      ),
      (rows) => rows.flat()
    )
  )
