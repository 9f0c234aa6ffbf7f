// Whole numbers: division with remainder, and the bits of int32.
import { GraphInvalid } from "../errors.ts"
import type { Tensor } from "../Tensor.ts"
import { binary } from "./Broadcasting.ts"

/** The quotient rounded down, of int32; dividing by 0 fails when it runs. */
export const floorDiv = binary({
  op: "floorDiv",
  tensorflow: "FloorDiv",
  apply: (x, y) => Math.floor(x / y),
  ints: true
})
/** What `floorDiv` leaves: between 0 and a positive divisor, also for negative numbers. Of int32. */
export const floorMod = binary({
  op: "floorMod",
  tensorflow: "FloorMod",
  apply: (x, y) => x - y * Math.floor(x / y),
  ints: true
})
export const bitAnd = binary({ op: "bitAnd", tensorflow: "BitwiseAnd", apply: (x, y) => x & y, ints: true })
export const bitXor = binary({ op: "bitXor", tensorflow: "BitwiseXor", apply: (x, y) => x ^ y, ints: true })
/** Bits moved up by 0 to 31 places; zeros come in. */
export const shiftLeft = binary({
  op: "shiftLeft",
  tensorflow: "LeftShift",
  apply: (x, y) => x << y,
  ints: true
})
const shiftRightSigned = binary({
  op: "shiftRight",
  tensorflow: "RightShift",
  apply: (x, y) => x >> y,
  ints: true
})

/** Bits moved down by 1 to 31 places; zeros come in, also for negative numbers. Of int32. */
export const shiftRight = (x: Tensor, places: number): Tensor => {
  if (!Number.isInteger(places) || places < 1 || places > 31)
    throw new GraphInvalid("shiftRight", `${x.name} by ${places} places: 1 to 31 can be`)
  // of int32 TensorFlow has only the shift that repeats the sign
  return bitAnd(shiftRightSigned(x, places), 2 ** (32 - places) - 1)
}
