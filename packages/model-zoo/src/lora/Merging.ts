// Numbers of an adapted network as those of a plain one, and back.
import { Effect } from "effect"
import type { Adapted, Target } from "../Lora.ts"
import { ModelUnusable } from "../Model.ts"
import * as NamedArray from "../NamedArray.ts"

/** A plain network's arrays, and what they were made of. */
export interface Merged {
  /** of the network that was adapted, to open, save or generate with */
  readonly arrays: NamedArray.NamedArrays
  /** the matrices as they were, and the thin ones: what `unmerge` needs beside the arrays */
  readonly kept: NamedArray.NamedArrays
}

const taken = Effect.fnUntraced(function* (
  arrays: NamedArray.NamedArrays,
  { name, shape }: { readonly name: string; readonly shape: ReadonlyArray<number> }
) {
  const array = arrays.get(name)
  const values = array === undefined ? undefined : NamedArray.float32(array)
  if (array === undefined || values === undefined || array.shape.join() !== shape.join())
    return yield* new ModelUnusable({
      family: "lora",
      problem: `${name} should be [${shape.join(", ")}], but is ${array === undefined ? "not there" : `${array.dtype} [${array.shape.join(", ")}]`}`
    })
  return { array, values }
})

/** W + scale B A, each number rounded once to float32. */
const merged = Effect.fnUntraced(function* (arrays: NamedArray.NamedArrays, target: Target) {
  const { a, b, scale, transposed, weight } = target
  const base = yield* taken(arrays, weight)
  const { values: A } = yield* taken(arrays, a)
  const { values: B } = yield* taken(arrays, b)
  const [rank = 1, into = 1] = a.shape
  const [out = 1] = b.shape
  const values = new Float32Array(out * into)
  const row = new Float64Array(into)
  for (let o = 0; o < out; o += 1) {
    row.fill(0)
    for (let r = 0; r < rank; r += 1) {
      const factor = scale * (B[o * rank + r] ?? 0)
      for (let i = 0; i < into; i += 1) row[i] = (row[i] ?? 0) + factor * (A[r * into + i] ?? 0)
    }
    for (let i = 0; i < into; i += 1) {
      const at = transposed ? i * out + o : o * into + i
      values[at] = (base.values[at] ?? 0) + (row[i] ?? 0)
    }
  }
  return { base: base.array, sum: NamedArray.of(weight.name, "float32", values, weight.shape) }
})

/**
 * Arrays of the plain network that says what the adapted one says, to float32's rounding.
 *
 * @param arrays of the adapted network, by the names of its parameters
 * @throws ModelUnusable if a matrix is missing or of another shape
 */
export const merge = Effect.fn("Lora.merge")(function* (
  { targets }: Adapted,
  arrays: NamedArray.NamedArrays
): Effect.fn.Return<Merged, ModelUnusable> {
  const plain = new Map(arrays)
  const kept = new Map<string, NamedArray.NamedArray>()
  for (const target of targets) {
    const { base, sum } = yield* merged(arrays, target)
    plain.set(target.weight.name, sum)
    kept.set(target.weight.name, base)
    for (const { name } of [target.a, target.b]) {
      const thin = arrays.get(name)
      if (thin !== undefined) kept.set(name, thin)
      plain.delete(name)
    }
  }
  return { arrays: plain, kept }
})

/**
 * The arrays that were merged, bit for bit. A sum cannot be taken apart exactly in float32, so the matrices come from what was kept.
 *
 * @throws ModelUnusable if a merged matrix is not the sum of what was kept: it was changed since
 */
export const unmerge = Effect.fn("Lora.unmerge")(function* (
  { targets }: Adapted,
  { arrays, kept }: Merged
): Effect.fn.Return<NamedArray.NamedArrays, ModelUnusable> {
  for (const target of targets) {
    const { name } = target.weight
    const { sum } = yield* merged(kept, target)
    const { array } = yield* taken(arrays, target.weight)
    if (Buffer.compare(sum.bytes, array.bytes) !== 0)
      return yield* new ModelUnusable({
        family: "lora",
        problem: `${name} is not the sum of what was kept of it: it was changed after the merge`
      })
  }
  return new Map([...arrays, ...kept])
})
