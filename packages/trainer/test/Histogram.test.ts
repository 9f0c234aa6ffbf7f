import { assert, describe, it } from "@effect/vitest"
import { BUCKETS, histogramOf } from "@inkstone/trainer/events/Histogram"
import * as fc from "fast-check"
import { noPeers, runPython } from "./peers.ts"

const rowsOf = (values: Float32Array) => {
  const { rows } = histogramOf(values)
  return Array.from({ length: BUCKETS }, (_, i) => Array.from(rows.subarray(i * 3, i * 3 + 3)))
}

/** scatter that is the same every time */
const scattered = (count: number) => Float32Array.from({ length: count }, (_, i) => Math.sin(i * i) ** 5)

describe("histogramOf", () => {
  it.skipIf(noPeers !== "")(
    `gives the buckets of TensorBoard's own writer, to the last bit${noPeers}`,
    () => {
      const cases = [
        scattered(2000),
        Float32Array.of(1, 2, 3),
        Float32Array.of(0, 0.1, 0.2, 0.3),
        Float32Array.of(-3.4e38, 3.4e38),
        Float32Array.of(7, 7, 7),
        new Float32Array(0)
      ]
      const theirs = runPython(
        `import json, sys, numpy as np
from tensorboard.plugins.histogram.summary_v2 import histogram_pb
from tensorboard.util import tensor_util
print(json.dumps([tensor_util.make_ndarray(histogram_pb("h", np.array(each, dtype=np.float32)).value[0].tensor).tolist()
  for each in json.loads(sys.argv[1])]))`,
        JSON.stringify(cases.map((values) => Array.from(values)))
      )
      assert.deepStrictEqual(cases.map(rowsOf), theirs)
    }
  )

  it("counts every finite value in the bucket that holds it", () => {
    const values = fc.float32Array({ noDefaultInfinity: false, minLength: 1, maxLength: 200 })
    fc.assert(
      fc.property(values, (values) => {
        const { notFinite } = histogramOf(values)
        const rows = rowsOf(values)
        const counted = rows.reduce((sum, [, , count]) => sum + count!, 0)
        assert.strictEqual(counted + notFinite, values.length)
        const finite = Array.from(values).filter(Number.isFinite)
        assert.strictEqual(notFinite, values.length - finite.length)
        if (finite.length === 0) return
        assert.strictEqual(rows[0]![0], Math.min(...finite))
        assert.strictEqual(rows.at(-1)![1], Math.max(...finite))
        for (const [left, right, count] of rows) {
          assert.isAtMost(left!, right!)
          // edges are rounded, so a value on one may be on either side
          const near = (right! - left!) * 1e-6
          const inside = finite.filter((value) => value >= left! - near && value <= right! + near).length
          assert.isAtMost(count!, inside)
        }
      })
    )
  })

  it("keeps what is not finite apart", () => {
    const values = Float32Array.of(Number.NaN, 1, Infinity, 4, -Infinity)
    assert.strictEqual(histogramOf(values).notFinite, 3)
    assert.deepStrictEqual(rowsOf(values)[0], [1, 1.1, 1])
    assert.deepStrictEqual(rowsOf(values).at(-1), [1 + 29 * 0.1, 4, 1])
  })
})
