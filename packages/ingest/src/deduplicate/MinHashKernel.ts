// The innermost loop of MinHash as a WebAssembly module of one function: 16 permutations at a time, four to a vector. It takes a
// fifth of the time of the same loop in JavaScript. The module is put together here, byte by byte; the opcodes are those of the
// WebAssembly specification 2.0, section 5.4 (vectors: 5.4.7).

/** Permutations done at a time. */
export const blockHashes = 16
/** Members copied in at a time. */
export const chunkMembers = 2 ** 14

export interface Kernel {
  readonly factors: Int32Array
  readonly terms: Int32Array
  /** least values so far, without sign; all ones before the first member */
  readonly least: Int32Array
  readonly members: Int32Array
  /** Lowers `least` by the first `count` (at least one) of `members`. */
  readonly lower: (count: number) => void
}

/** For so many permutations, a multiple of 16. */
export const kernel = (hashes: number): Kernel => {
  const bytes = 4 * hashes
  const memory = new WebAssembly.Memory({ initial: Math.ceil((3 * bytes + 4 * chunkMembers) / 2 ** 16) })
  const module = new WebAssembly.Module(moduleBytes(bytes))
  const { lower } = new WebAssembly.Instance(module, { m: { m: memory } }).exports
  if (typeof lower !== "function") throw new Error("the module exports no function")
  const at = (start: number, length: number) => new Int32Array(memory.buffer, start, length)
  return {
    factors: at(0, hashes),
    terms: at(bytes, hashes),
    least: at(2 * bytes, hashes),
    members: at(3 * bytes, chunkMembers),
    lower: (count) => {
      for (let block = 0; block < bytes; block += 4 * blockHashes) {
        lower(block, 3 * bytes, 3 * bytes + 4 * count)
      }
    }
  }
}

/** What is used of it; the types of TypeScript's own come with those of the whole browser. */
declare const WebAssembly: {
  readonly Memory: new (options: { readonly initial: number }) => { readonly buffer: ArrayBuffer }
  readonly Module: new (bytes: Uint8Array<ArrayBuffer>) => object
  readonly Instance: new (
    module: object,
    imports: object
  ) => { readonly exports: Readonly<Record<string, unknown>> }
}

const leb = (value: number): ReadonlyArray<number> =>
  value < 128 ? [value] : [(value & 127) | 128, ...leb(value >>> 7)]
const sized = (content: ReadonlyArray<number>) => [...leb(content.length), ...content]
const section = (id: number, ...items: ReadonlyArray<ReadonlyArray<number>>) => [
  id,
  ...sized([items.length, ...items.flat()])
]
const name = (text: string) => sized([...Buffer.from(text)])

const [i32, v128] = [0x7f, 0x7b]
const get = (local: number) => [0x20, local]
const set = (local: number) => [0x21, local]
const tee = (local: number) => [0x22, local]
const vector = (opcode: number, ...immediate: ReadonlyArray<number>) => [0xfd, ...leb(opcode), ...immediate]
const [load, loadSplat, store, add, multiply, least] = [0x00, 0x09, 0x0b, 0xae, 0xb5, 0xb7]

// parameters and locals of the function
const [block, member, end, x] = [0, 1, 2, 3]
const [factor, term, lowest] = [4, 8, 12]
const four = [0, 1, 2, 3]

const code = (...parts: ReadonlyArray<ReadonlyArray<number>>): ReadonlyArray<number> => parts.flat()

/** Behind each other in memory: factors, terms, least values (`bytes` each), members. */
const moduleBytes = (bytes: number): Uint8Array<ArrayBuffer> => {
  /** one of four vectors of the block, aligned to 16 */
  const lane = (opcode: number, table: number, k: number) => vector(opcode, 4, ...leb(table * bytes + 16 * k))
  const fetch = four.flatMap((k) =>
    [factor, term, lowest].flatMap((local, table) => code(get(block), lane(load, table, k), set(local + k)))
  )
  const step = four.flatMap((k) =>
    code(
      code(get(x), get(factor + k), vector(multiply)),
      code(get(term + k), vector(add)),
      code(get(lowest + k), vector(least), set(lowest + k))
    )
  )
  const loop = code(
    [0x03, 0x40],
    code(get(member), vector(loadSplat, 2, 0), set(x)),
    step,
    // member + 4 < end: once more
    code(get(member), [0x41, 4, 0x6a], tee(member), get(end), [0x49, 0x0d, 0]),
    [0x0b]
  )
  const keep = four.flatMap((k) => code(get(block), get(lowest + k), lane(store, 2, k)))
  const locals = [1, 13, v128]
  return Uint8Array.from(
    code(
      [0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
      section(1, [0x60, 3, i32, i32, i32, 0]),
      section(2, code(name("m"), name("m"), [0x02, 0x00, 1])),
      section(3, [0]),
      section(7, code(name("lower"), [0x00, 0])),
      section(10, sized(code(locals, fetch, loop, keep, [0x0b])))
    )
  )
}
