// Damage to bytes, the same for the same seed: what networks, disks and people who mean harm do to files.

/** Numbers in [0, 1) by mulberry32, which needs 32 bits of state. */
export const randomFrom = (seed: number): (() => number) => {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let bits = Math.imul(state ^ (state >>> 15), state | 1)
    bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61)
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32
  }
}

/** lengths and counts that programs trip over */
const numbers: ReadonlyArray<ReadonlyArray<number>> = [
  [0],
  [255],
  [0, 0, 0, 0],
  [255, 255, 255, 255],
  [255, 255, 255, 127],
  [0, 0, 0, 128],
  [255, 255, 255, 255, 255, 255, 255, 127],
  [0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 1]
]
const words: ReadonlyArray<string> = [
  "999999999999",
  "-1",
  "1e999",
  "NaN",
  "\0",
  "\uFFFD",
  "<",
  "</",
  "<!--",
  "<![CDATA[",
  "]]>",
  "&#x110000;",
  "&a;",
  '"',
  "'",
  "{",
  "[",
  "}",
  "]",
  "(",
  ")",
  "\\",
  "\r",
  "\n\n",
  "../../",
  "%2e%2e/",
  "stream",
  "endobj",
  "From a 10:00\n",
  "--b",
  "WARC/1.0\r\n",
  "\u001B[",
  "\uFEFF"
]

type Mutation = (bytes: Buffer, random: (below: number) => number) => Buffer

const flipBits: Mutation = (bytes, random) => {
  const changed = Buffer.from(bytes)
  for (let n = 1 + random(8); n > 0 && changed.length > 0; n--) {
    const at = random(changed.length)
    changed[at] = (changed[at] ?? 0) ^ (1 << random(8))
  }
  return changed
}
const truncate: Mutation = (bytes, random) => bytes.subarray(0, random(bytes.length + 1))
const behead: Mutation = (bytes, random) => bytes.subarray(random(bytes.length + 1))
const remove: Mutation = (bytes, random) => {
  const from = random(bytes.length + 1)
  return Buffer.concat([bytes.subarray(0, from), bytes.subarray(from + random(64))])
}
const repeat: Mutation = (bytes, random) => {
  const from = random(bytes.length + 1)
  const part = bytes.subarray(from, from + 1 + random(200))
  const times = random(20) === 0 ? 3000 : 1 + random(10)
  return Buffer.concat([
    bytes.subarray(0, from),
    ...Array.from({ length: times }, () => part),
    bytes.subarray(from)
  ])
}
const overwrite: Mutation = (bytes, random) => {
  const changed = Buffer.from(bytes)
  changed.set(
    (numbers[random(numbers.length)] ?? []).slice(0, changed.length),
    random(Math.max(1, changed.length - 8))
  )
  return changed
}
const insert: Mutation = (bytes, random) => {
  const from = random(bytes.length + 1)
  const word = Buffer.from(words[random(words.length)] ?? "")
  const times = random(30) === 0 ? 5000 : 1
  return Buffer.concat([
    bytes.subarray(0, from),
    ...Array.from({ length: times }, () => word),
    bytes.subarray(from)
  ])
}
const swap: Mutation = (bytes, random) => {
  const [a, b, c] = [random(bytes.length + 1), random(bytes.length + 1), random(bytes.length + 1)].toSorted(
    (x, y) => x - y
  )
  return Buffer.concat([bytes.subarray(0, a), bytes.subarray(b, c), bytes.subarray(a, b), bytes.subarray(c)])
}
const noise: Mutation = (bytes, random) => {
  const changed = Buffer.from(bytes)
  const from = random(changed.length + 1)
  for (let at = from; at < Math.min(changed.length, from + random(40)); at++) changed[at] = random(256)
  return changed
}

const mutations = [
  flipBits,
  flipBits,
  truncate,
  behead,
  remove,
  repeat,
  overwrite,
  insert,
  insert,
  swap,
  noise
]

/** The n-th damaged copy under a seed: one to three mutations, one after the other. */
export const damaged = (
  bytes: Buffer,
  { seed, n }: { readonly seed: number; readonly n: number }
): Buffer => {
  const next = randomFrom(Math.imul(seed, 0x9e3779b1) ^ n)
  const random = (below: number): number => Math.floor(next() * below)
  let changed = bytes
  for (let rounds = 1 + random(3); rounds > 0; rounds--) {
    changed = (mutations[random(mutations.length)] ?? flipBits)(changed, random)
  }
  return changed
}
