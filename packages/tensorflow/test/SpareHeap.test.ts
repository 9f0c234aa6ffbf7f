import { getHeapStatistics } from "node:v8"
import { assert, it } from "vitest"
import { giveBack } from "../src/SpareHeap.ts"

it("hands back what a large structure that is gone left of the heap", () => {
  let made: Array<object> = Array.from({ length: 2_000_000 }, (_, i) => ({ i, of: [i] }))
  assert.lengthOf(made, 2_000_000)
  const before = getHeapStatistics().total_heap_size
  made = []
  giveBack()
  assert.isBelow(getHeapStatistics().total_heap_size, before / 2)
})
