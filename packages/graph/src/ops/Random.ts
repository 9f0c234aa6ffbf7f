// Random numbers from a key alone: the same key gives the same numbers, whatever else the program does.
import * as Dimension from "../Dimension.ts"
import type { Shape } from "../Dimension.ts"
import { DtypeMismatch } from "../errors.ts"
import type { Tensor } from "../Tensor.ts"
import { bitAnd } from "./Bits.ts"
import { vector } from "./Constant.ts"
import { counted, folded } from "./Counter.ts"
import { add, cast, log, mul, negate, sqrt, sub } from "./Elementwise.ts"
import { less, where } from "./Logic.ts"

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

// erfinv(x)/x by w = -log(1 - x^2): in w - 2.5 where w < 5, in sqrt(w) - 3 beyond. Giles 2010, "Approximating the erfinv function",
// table 1, single precision.
const central = [
  2.81022636e-8, 3.43273939e-7, -3.5233877e-6, -4.39150654e-6, 2.1858087e-4, -1.25372503e-3, -4.17768164e-3,
  0.246640727, 1.50140941
]
const tail = [
  -2.00214257e-4, 1.00950558e-4, 1.34934322e-3, -3.67342844e-3, 5.73950773e-3, -7.6224613e-3, 9.43887047e-3,
  1.00167406, 2.83297682
]

const polynomial = (coefficients: ReadonlyArray<number>, x: Tensor): Tensor => {
  const [first = 0, second = 0, ...rest] = coefficients
  return rest.reduce((sum, coefficient) => add(mul(sum, x), coefficient), add(mul(x, first), second))
}

/**
 * Standard normal numbers, float32, as the quantiles of evenly spread ones: 24 bits of them, so none is beyond 5.42. `key` int32 [2];
 * the same key, place and shape give the same number. A few loops when compiled, a quarter of what Box-Muller takes.
 */
export const randomNormal = (shape: Shape, key: Tensor): Tensor => {
  checkKey("randomNormal", key)
  const bits = folded(counted(shape, key), 16)
  // the chance of something farther out on the same side: exact in float32, between 2^-25 and 1/2
  const beyond = mul(add(cast(bitAnd(bits, 2 ** 23 - 1), "float32"), 0.5), 2 ** -24)
  const w = negate(log(mul(mul(beyond, sub(1, beyond)), 4)))
  const ratio = where(less(w, 5), polynomial(central, sub(w, 2.5)), polynomial(tail, sub(sqrt(w), 3)))
  const away = mul(mul(ratio, sub(1, mul(beyond, 2))), Math.SQRT2)
  return where(less(bits, 0), negate(away), away)
}
