// Weights in fewer bytes for generation: a token costs the time it takes to read all weights once, so half the bytes are
// nearly twice the speed. The programs are written for float32 parameters; here their products with weights are exchanged.
import {
  abs,
  add,
  bfloat16Bits,
  cast,
  concat,
  div,
  floor,
  fromBfloat16Bits,
  gather,
  Initializer,
  input,
  matmul,
  max,
  maximum,
  mul,
  pad,
  type Parameter,
  reshape,
  rewrite,
  slice,
  standalone,
  sum,
  takesTransposed,
  type Tensor,
  transpose,
  type Variable,
  variable
} from "@inkstone/graph"

/**
 * How weights of matrix products are kept while a model generates: as they are, rounded to bfloat16, or rounded to 8 bits with a
 * scale for each output channel. Biases, norms and tables without a product stay float32; so does all arithmetic.
 */
export type WeightFormat = "float32" | "bfloat16" | "int8"

/** Products with few rows read weights in tiles, as they are stored; those with many unpack a matrix first. */
export type Rows = "few" | "many"
/** Up to here tiles are faster: each row goes over them again. */
export const fewRows = 8

/** W: columns of a tile, one cache line of int8. */
const width = 64
/** Most columns of a matrix that is unpacked at once: larger blocks of memory are fresh from the system each time. */
const columnsAtOnce = 8192

/** Small formats that are not as they are; bfloat16 is kept as its bits. */
type SmallFormat = Exclude<WeightFormat, "float32">
const dtypeOf = { bfloat16: "int16", int8: "int8" } as const
const narrow = (x: Tensor, format: SmallFormat) => (format === "int8" ? cast(x, "int8") : bfloat16Bits(x))
const widen = (x: Tensor) => (x.dtype === "int8" ? cast(x, "float32") : fromBfloat16Bits(x))

interface Kept {
  readonly parameter: Parameter
  /** [K / U, N / W, U, W]: U rows of W columns lie together */
  readonly tiles: Variable
  /** [N] for int8 */
  readonly scale: Variable | undefined
  /** [V, C], for tables whose rows are also picked */
  readonly rows: Variable | undefined
  readonly transposed: boolean
}

const sizesOf = ({ parameter, transposed }: Pick<Kept, "parameter" | "transposed">) => {
  const [rows = 1, columns = 1] = parameter.shape
  const [K, N] = transposed ? [columns, rows] : [rows, columns]
  // U: terms added up before anything is written
  const U = [16, 8, 4, 2].find((size) => K % size === 0) ?? 1
  return { K, N, U, blocks: Math.ceil(N / width) }
}

const scaled = (y: Tensor, { scale }: Kept): Tensor => (scale === undefined ? y : mul(y, scale))

/** `x [R, K]` times tiles, [R, N]: each row of tiles gives a partial sum, then those are added. */
const fewProduct = (x: Tensor, kept: Kept): Tensor => {
  const { K, N, U, blocks } = sizesOf(kept)
  const [R = 1] = x.shape
  const turned = transpose(reshape(x, [R, K / U, U]), [1, 0, 2]) // [K / U, R, U]
  const parts = standalone(reshape(turned, [K / U, 1, R, U]))
  const terms = Array.from({ length: U }, (_, u) =>
    mul(
      widen(slice(kept.tiles, { axis: 2, from: u, size: 1 })), // [K / U, N / W, 1, W]
      slice(parts, { axis: 3, from: u, size: 1 }) // [K / U, 1, R, 1]
    )
  )
  const partial = standalone(terms.reduce((sum, term) => add(sum, term))) // [K / U, N / W, R, W]
  const whole = transpose(sum(partial, { axes: [0] }), [1, 0, 2]) // [R, N / W, W]
  const y = slice(reshape(whole, [R, blocks * width]), { axis: 1, from: 0, size: N })
  return scaled(y, kept)
}

/** `x [R, K]` times the unpacked matrix, [R, N]. */
const manyProduct = (x: Tensor, kept: Kept): Tensor => {
  const { K, N, blocks } = sizesOf(kept)
  const step = columnsAtOnce / width
  const parts = Array.from({ length: Math.ceil(blocks / step) }, (_, part) => {
    const size = Math.min(step, blocks - part * step)
    const tiles = slice(kept.tiles, { axis: 1, from: part * step, size })
    return matmul(x, reshape(transpose(widen(tiles), [0, 2, 1, 3]), [K, size * width])) // [R, size * W]
  })
  return scaled(slice(concat(parts, 1), { axis: 1, from: 0, size: N }), kept)
}

/** An entry that packs a parameter given as float32. */
const loading = (kept: Kept, format: SmallFormat) => {
  const { K, N, U, blocks } = sizesOf(kept)
  const value = input("value", "float32", kept.parameter.shape)
  const across = kept.transposed ? [N, 1] : [1, N]
  const scale = mul(maximum(max(abs(value), { axes: [kept.transposed ? 1 : 0] }), 1e-30), 1 / 127) // [N]
  const rounded = format === "bfloat16" ? value : floor(add(div(value, reshape(scale, across)), 0.5))
  const matrix = kept.transposed ? transpose(rounded, [1, 0]) : rounded // [K, N]
  const wide = pad(matrix, { axis: 1, before: 0, after: blocks * width - N })
  const tiles = transpose(reshape(wide, [K / U, U, blocks, width]), [0, 2, 1, 3])
  return {
    inputs: { value },
    outputs: {},
    updates: [
      [kept.tiles, narrow(tiles, format)] as const,
      ...(kept.scale === undefined ? [] : [[kept.scale, scale] as const]),
      ...(kept.rows === undefined ? [] : [[kept.rows, narrow(rounded, format)] as const])
    ]
  }
}

const keep = (
  { parameter, picked, transposed }: { parameter: Parameter; picked: boolean; transposed: boolean },
  format: SmallFormat
): Kept => {
  const dtype = dtypeOf[format]
  const { K, N, U, blocks } = sizesOf({ parameter, transposed })
  const { name, shape } = parameter
  return {
    parameter,
    transposed,
    tiles: variable(`${name}.tiles`, dtype, [K / U, blocks, U, width], Initializer.zeros),
    scale: format === "int8" ? variable(`${name}.scale`, "float32", [N], Initializer.zeros) : undefined,
    rows: picked ? variable(`${name}.rows`, dtype, shape, Initializer.zeros) : undefined
  }
}

interface Use {
  /** how products take it */
  readonly products: Set<boolean>
  picked: boolean
  other: boolean
}

const usesIn = (roots: ReadonlyArray<Tensor>): ReadonlyMap<Tensor, Use> => {
  const uses = new Map<Tensor, Use>()
  rewrite(roots, (tensor) => {
    for (const [place, used] of tensor.inputs.entries()) {
      const use = uses.get(used) ?? { products: new Set(), picked: false, other: false }
      uses.set(used, use)
      if (tensor.op === "matmul" && place === 1 && tensor.shape.length === 2)
        use.products.add(takesTransposed(tensor))
      else if (tensor.op === "gather" && place === 0) use.picked = true
      else use.other = true
    }
    return undefined
  })
  return uses
}

/** What of a program stands in for weights in a smaller format. */
export interface Compact {
  /** Tensors of the program with weights taken from the small format. */
  readonly exchange: (roots: ReadonlyArray<Tensor>, rows: Rows) => ReadonlyArray<Tensor>
  /** By the name of a parameter that is kept small: the entry that takes its float32 numbers. */
  readonly loading: ReadonlyMap<string, ReturnType<typeof loading>>
}

/** Finds what can be kept in the format, looking at what a program computes. */
export const compact = (
  parameters: ReadonlyArray<Parameter>,
  format: WeightFormat,
  roots: ReadonlyArray<Tensor>
): Compact => {
  if (format === "float32") return { exchange: (tensors) => tensors, loading: new Map() }
  const uses = usesIn(roots)
  const kept = new Map<Tensor, Kept>()
  for (const parameter of parameters) {
    const { other, picked, products } = uses.get(parameter) ?? {
      products: new Set(),
      picked: false,
      other: true
    }
    const [transposed, ...others] = products
    // rows that are picked have a scale of their own only where they are the output channels
    if (transposed === undefined || others.length > 0 || other || (picked && !transposed)) continue
    kept.set(parameter, keep({ parameter, transposed, picked }, format))
  }
  const exchanged = (tensor: Tensor, inputs: ReadonlyArray<Tensor>, rows: Rows): Tensor | undefined => {
    const [first, second] = inputs
    if (first === undefined || second === undefined) return undefined
    const table = tensor.op === "gather" ? kept.get(first) : undefined
    if (table?.rows !== undefined) {
      const found = widen(gather(table.rows, second)) // [..., C]
      if (table.scale === undefined) return found
      return mul(found, reshape(gather(table.scale, second), [...second.shape, 1]))
    }
    const weight = tensor.op === "matmul" ? kept.get(second) : undefined
    if (weight === undefined) return undefined
    return rows === "few" ? fewProduct(first, weight) : manyProduct(first, weight)
  }
  return {
    exchange: (tensors, rows) => rewrite(tensors, (tensor, inputs) => exchanged(tensor, inputs, rows)),
    loading: new Map(Array.from(kept.values(), (one) => [one.parameter.name, loading(one, format)]))
  }
}
