// All tokens of an encoding with one type id; windows that overflow keep theirs, as in Hugging Face.
import type { Encoding } from "../Encoding.ts"

export const withTypeId = (encoding: Encoding, typeId: number): Encoding => ({
  ...encoding,
  typeIds: new Uint32Array(encoding.ids.length).fill(typeId)
})
