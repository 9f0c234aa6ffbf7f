// The object of a pickle taken apart: tensors under the path that leads to them, and what is left as plain values.
import { Refused } from "./TorchInvalid.ts"
import { shown } from "./Machine.ts"
import { isTensor, type Tensor, type Value } from "./Value.ts"

/** What is not a tensor; bytes stay bytes, whole numbers above 2^53 are bigints, and a type is its name. */
export type Plain =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | ReadonlyArray<Plain>
  | { readonly [name: string]: Plain }

export interface Tree {
  /** by path, in the order of the file */
  readonly tensors: ReadonlyMap<string, Tensor>
  readonly rest: Plain
}

const mostDepth = 100
const mostNameLength = 1000
const mostKeyParts = 8
/** A list may stand in many places, but not so often that the whole outgrows its pickle by far. */
const spareVisits = 100_000

const keyText = (key: Value): string | undefined => {
  if (typeof key === "string") return key
  if (typeof key === "number" || typeof key === "bigint" || typeof key === "boolean") return String(key)
  if (key === null) return "None"
  if (key instanceof Uint8Array || (key.kind !== "tuple" && key.kind !== "known")) return undefined
  if (key.kind === "known") return key.name
  if (key.items.length > mostKeyParts) return undefined
  const parts = key.items.map((item) => (typeof item === "object" ? undefined : keyText(item)))
  return parts.some((part) => part === undefined || part.length > mostNameLength)
    ? undefined
    : parts.join(", ")
}

/**
 * Dictionaries become records, lists and tuples become arrays; a tensor is left out of a record and is null in an array. The path
 * is made of keys and places joined with dots; a tensor that is the whole object is called `tensor`. Throws `Refused`.
 */
export const takeApart = (root: Value, opcodes: number): Tree => {
  const tensors = new Map<string, Tensor>()
  let visits = 0
  const visit = (value: Value, path: string, depth: number): Plain | undefined => {
    visits++
    const refused = (problem: string) => new Refused(path === "" ? "object" : shown(path), problem)
    if (visits > opcodes + spareVisits) throw refused("the same values over and over")
    if (depth > mostDepth) throw refused(`more than ${mostDepth} levels deep, or inside itself`)
    if (path.length > mostNameLength) throw refused(`a path of ${path.length} characters`)
    if (value === null || typeof value !== "object" || value instanceof Uint8Array) return value
    const below = (key: string | number) => (path === "" ? String(key) : `${path}.${key}`)
    switch (value.kind) {
      case "known":
        return value.name
      case "numpy type":
        return `numpy.${value.code}`
      case "list":
      case "tuple":
      case "set":
        return value.items.map((item, at) => visit(item, below(at), depth + 1) ?? null)
      case "dict":
      case "namespace": {
        const record = new Map<string, Plain>()
        const seen = new Set<string>()
        for (const [key, item] of value.entries) {
          const name = keyText(key)
          if (name === undefined) throw refused("a dictionary with a key that is no name")
          if (seen.has(name)) throw refused(`two entries ${shown(name)}`)
          seen.add(name)
          const plain = visit(item, below(name), depth + 1)
          if (plain !== undefined) record.set(name, plain)
        }
        return Object.fromEntries(record)
      }
      default: {
        const name = path === "" ? "tensor" : path
        if (tensors.has(name)) throw refused("two tensors of this name")
        tensors.set(name, isTensor(value) ? value : flat(value))
        return undefined
      }
    }
  }
  const rest = visit(root, "", 0)
  return { tensors, rest: rest ?? {} }
}

/** A storage that stands alone. */
const flat = (storage: Tensor["storage"]): Tensor => ({
  kind: "tensor",
  storage,
  dtype: storage.dtype,
  offset: 0,
  shape: [storage.length],
  strides: [1]
})
