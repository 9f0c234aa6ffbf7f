// Numbers as Hugging Face's JSON reader has them: `serde_json` without its feature `float_roundtrip` takes the digits as an
// integer, rounds that, and divides by a power of ten, rounding again. With 17 digits the last bit may come out otherwise than
// in JavaScript, and then two cuts of a word that are equally likely here are not so there.

/** The float64 that `serde_json` makes of the shortest text of a finite number. */
export const asSerdeReads = (value: number): number => {
  const [digits = "", power = "0"] = String(Math.abs(value)).split("e")
  const [whole = "", fraction = ""] = digits.split(".")
  const exponent = Number(power) - fraction.length
  const integer = Number(whole + fraction)
  // `10 ** 23` is not the nearest float64 in every engine; a literal is
  const ten = Number(`1e${Math.abs(exponent)}`)
  const read = exponent < 0 ? integer / ten : integer * ten
  return value < 0 ? -read : read
}
