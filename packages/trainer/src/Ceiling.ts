// How fast this machine multiplies matrices and nothing else: what a training's speed is held against. A quarter of a second.
import { cast, input, matmul, operandsOf, type Precision, Program, sum } from "@inkstone/graph"
import type { StageFailure } from "@inkstone/stage"
import { Session } from "@inkstone/tensorflow"
import { Effect, type Scope } from "effect"
import { attempt, toStageFailure } from "./GraphLearner.ts"

const [M, K, N] = [512, 1024, 2048]
const pairs = 4
const repeats = 4

const values = (count: number) => Float32Array.from({ length: count }, (_, i) => (i % 13) / 13_000)

/** Floating-point operations per second of large products in a row, the best of some times. */
export const measure = Effect.fn("Ceiling.measure")(function* (
  precision: Precision
): Effect.fn.Return<number, StageFailure, Scope.Scope> {
  const dtype = operandsOf(precision)
  const inputs = {
    rows: input("rows", "float32", [M, K]),
    up: input("up", "float32", [K, N]),
    down: input("down", "float32", [N, K])
  }
  const [up, down] = [cast(inputs.up, dtype), cast(inputs.down, dtype)]
  let rows = cast(inputs.rows, dtype)
  for (let n = 0; n < pairs; n += 1) rows = matmul(matmul(rows, up), down) // [M, K] -> [M, N] -> [M, K]
  const one = { inputs, outputs: { total: sum(cast(rows, "float32")) } }
  const { entries, graphDef } = Program.lower({ one }, { clusters: false })
  const session = yield* Effect.mapError(Session.open(graphDef), toStageFailure)
  const given = {
    rows: { values: values(M * K) },
    up: { values: values(K * N) },
    down: { values: values(N * K) }
  }
  const seconds = yield* attempt(() =>
    Array.from({ length: repeats }, () => {
      const start = performance.now()
      session.call(entries.one, given)
      return (performance.now() - start) / 1000
    })
  )
  return (pairs * 2 * 2 * M * K * N) / Math.min(...seconds)
}, Effect.scoped)
