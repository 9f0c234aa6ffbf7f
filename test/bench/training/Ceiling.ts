// How fast this machine multiplies matrices, by the same library as our steps: what no step can be faster than.
import { cast, input, matmul, operandsOf, type Precision, Program, sum } from "@inkstone/graph"
import { Session } from "@inkstone/tensorflow"
import { Effect } from "effect"

const [M, K, N] = [2048, 1024, 4096]
const pairs = 4
const repeats = 5

const values = (count: number) => Float32Array.from({ length: count }, (_, i) => (i % 13) / 13_000)

/** Large products in a row, so that what lies around them does not count; the best time of some. */
export const flopsPerSecond = (precision: Precision): Promise<number> =>
  Effect.runPromise(
    Effect.scoped(
      Effect.gen(function* () {
        const dtype = operandsOf(precision)
        const inputs = {
          rows: input("rows", "float32", [M, K]),
          up: input("up", "float32", [K, N]),
          down: input("down", "float32", [N, K])
        }
        const [up, down] = [cast(inputs.up, dtype), cast(inputs.down, dtype)]
        let rows = cast(inputs.rows, dtype)
        for (let n = 0; n < pairs; n++) rows = matmul(matmul(rows, up), down) // [M, K] -> [M, N] -> [M, K]
        const one = { inputs, outputs: { total: sum(cast(rows, "float32")) } }
        const { entries, graphDef } = Program.lower({ one }, { clusters: false })
        const session = yield* Session.open(graphDef)
        const given = {
          rows: { values: values(M * K) },
          up: { values: values(K * N) },
          down: { values: values(N * K) }
        }
        const seconds = Array.from({ length: repeats }, () => {
          const start = performance.now()
          session.call(entries.one, given)
          return (performance.now() - start) / 1000
        })
        return (pairs * 2 * 2 * M * K * N) / Math.min(...seconds)
      })
    )
  )
