// Whether the arrays of a checkpoint are those of a network, decided by names and shapes before anything is read.
import { Effect } from "effect"
import type { HuggingFaceMapping } from "../Family.ts"
import * as NamedArray from "../NamedArray.ts"
import type { Network } from "../Network.ts"
import type { Listed } from "../Safetensors.ts"
import { CheckpointUnusable } from "./CheckpointUnusable.ts"

export interface Fit {
  /** stored name -> parameter */
  readonly parameters: ReadonlyMap<string, string>
  /** stored name of a repetition -> the parameter it must equal */
  readonly repeated: ReadonlyMap<string, string>
  /** stored names of arrays for another head, which are left where they are */
  readonly unused: ReadonlyArray<string>
}

const has = (record: Readonly<Record<string, string>>, name: string) =>
  Object.hasOwn(record, name) ? record[name] : undefined

const floats: ReadonlySet<string> = new Set(["float64", "float32", "bfloat16", "float16"])

/** Sorts the arrays of a checkpoint, or says which are missing, unexpected or of another shape. */
export const fit = Effect.fnUntraced(function* (
  network: Network,
  { others, rename, tied }: HuggingFaceMapping,
  { listed, path }: { readonly listed: ReadonlyArray<Listed>; readonly path: string }
): Effect.fn.Return<Fit, CheckpointUnusable> {
  const wrong = (problem: string, names: ReadonlyArray<string>, advice: string) =>
    new CheckpointUnusable({ path, problem, names, advice })
  const wanted = new Map(network.parameters.map((parameter) => [parameter.name, parameter]))
  const parameters = new Map<string, string>()
  const repetitions: Array<readonly [Listed, string]> = []
  const unused: Array<string> = []
  const unexpected: Array<string> = []
  const taken = new Map<string, Listed>()
  for (const array of listed) {
    const name = wanted.has(array.name) ? array.name : rename(array.name)
    const tie = has(tied, array.name)
    if (name !== undefined && wanted.has(name)) {
      const other = taken.get(name)
      if (other !== undefined)
        return yield* wrong(`holds ${name} twice`, [other.name, array.name], "one of them must go")
      taken.set(name, array)
      parameters.set(array.name, name)
    } else if (tie !== undefined && wanted.has(tie)) repetitions.push([array, tie])
    else if (name !== undefined && others.test(name)) unused.push(array.name)
    else if (name !== undefined) unexpected.push(array.name)
  }
  const repeated = new Map<string, string>()
  for (const [array, tie] of repetitions) {
    if (taken.has(tie)) repeated.set(array.name, tie)
    else {
      taken.set(tie, array)
      parameters.set(array.name, tie)
    }
  }
  const missing = [...wanted.keys()].filter((name) => !taken.has(name))
  if (missing.length > 0)
    return yield* wrong(
      `lacks ${missing.length} arrays that config.json asks for`,
      missing,
      "is config.json of another model, or of another head (see its architectures)?"
    )
  if (unexpected.length > 0)
    return yield* wrong(
      `holds ${unexpected.length} arrays that config.json does not ask for`,
      unexpected,
      "is config.json of another model?"
    )
  const misshapen = [...taken].flatMap(([name, { dtype, name: stored, shape }]) => {
    const asked = wanted.get(name)?.shape ?? []
    if (!floats.has(dtype)) return [`${stored} is ${dtype}, not a float type`]
    return asked.join() === shape.join()
      ? []
      : [`${stored} is [${shape.join(", ")}], not [${asked.join(", ")}]`]
  })
  if (misshapen.length > 0)
    return yield* wrong("does not fit config.json", misshapen, "are both of the same model?")
  return { parameters, repeated, unused }
})

/** Whether two arrays hold the same numbers in the same order, whatever their types. */
const equal = (a: NamedArray.NamedArray, b: NamedArray.NamedArray): boolean => {
  if (a.shape.join() !== b.shape.join()) return false
  if (a.dtype === b.dtype) return Buffer.compare(a.bytes, b.bytes) === 0
  const [one, two] = [NamedArray.float32(a), NamedArray.float32(b)]
  return one !== undefined && two !== undefined && one.every((value, i) => Object.is(value, two[i]))
}

/** The arrays under the names of their parameters, once every repetition was found equal. */
export const settle = Effect.fnUntraced(function* (
  arrays: NamedArray.NamedArrays,
  { parameters, repeated }: Fit,
  path: string
): Effect.fn.Return<NamedArray.NamedArrays, CheckpointUnusable> {
  const settled = new Map<string, NamedArray.NamedArray>()
  for (const [stored, name] of parameters) {
    const array = arrays.get(stored)
    if (array !== undefined) settled.set(name, { ...array, name })
  }
  const different = [...repeated].flatMap(([stored, name]) => {
    const [copy, original] = [arrays.get(stored), settled.get(name)]
    return copy !== undefined && original !== undefined && equal(copy, original)
      ? []
      : [`${stored} is not ${name}`]
  })
  return different.length === 0
    ? settled
    : yield* new CheckpointUnusable({
        path,
        problem: "unties what the model ties",
        names: different,
        advice: "a model whose two tables differ is another one than this family builds"
      })
})
