// Random numbers from a key alone: the same key gives the same numbers, whatever else the program does.
import * as Dimension from "../Dimension.ts"
import type { Shape } from "../Dimension.ts"
import { DtypeMismatch } from "../errors.ts"
import { make, type Tensor } from "../Tensor.ts"
import { add } from "./Elementwise.ts"
import { vector } from "./Constant.ts"

/** The two halves of a 64-bit FNV-1a digest of a name, as int32. */
export const digest = (name: string): readonly [number, number] => {
  let hash = 0xcbf29ce484222325n
  for (const byte of new TextEncoder().encode(name))
    hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n)
  return [Number(BigInt.asIntN(32, hash >> 32n)), Number(BigInt.asIntN(32, hash))]
}

const checkKey = (op: string, key: Tensor) => {
  if (key.dtype !== "int32" || !Dimension.same(key.shape, [2]))
    throw new DtypeMismatch(
      op,
      `the key ${key.name} is ${key.dtype} ${Dimension.show(key.shape)}, not int32 [2]`
    )
}

/** A key `[2]` int32 for one use, from the key of a run and the name of the use. */
export const keyFor = (key: Tensor, name: string): Tensor => {
  checkKey("keyFor", key)
  return add(key, vector(digest(name), "int32"))
}

const drawn =
  (op: string, tensorflow: string) =>
  (shape: Shape, key: Tensor): Tensor => {
    checkKey(op, key)
    return make({
      op,
      inputs: [key],
      dtype: "float32",
      shape,
      placement: "alone",
      lower: (emit, [k = ""]) =>
        emit.node(tensorflow, [emit.shape(shape), k], {
          attributes: { T: { type: "int32" }, Tseed: { type: "int32" }, dtype: { type: "float32" } }
        }),
      evaluate: () => {
        throw new RangeError(`${op} has no reference evaluation`)
      }
    })
  }

/** Standard normal numbers (Philox and Box-Muller). `key` int32 [2]. */
export const randomNormal = drawn("randomNormal", "StatelessRandomNormal")
/** Evenly spread over [0, 1). `key` int32 [2]. */
export const randomUniform = drawn("randomUniform", "StatelessRandomUniform")
