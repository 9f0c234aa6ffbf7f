// Sizes of axes, known or symbolic. A symbolic size is a polynomial over named sizes, written canonically as text
// ("B", "T+1", "6*B*T"), so that two equal sizes are equal strings and shapes can be checked while building.
import { GraphInvalid } from "./errors.ts"

/** A number, or a symbolic size such as `"B"` or `"T+1"`. */
export type Dim = number | string
export type Shape = ReadonlyArray<Dim>

/** What the named sizes are in one run. */
export type Bindings = Readonly<Record<string, number>>

/** monomial ("" for the constant, else sorted names joined by `*`) -> coefficient */
type Polynomial = ReadonlyMap<string, number>

const parse = (dim: Dim): Polynomial => {
  if (typeof dim === "number") return new Map([["", dim]])
  const terms = new Map<string, number>()
  for (const term of dim.match(/[+-]?[^+-]+/g) ?? []) {
    const factors = term.replace(/^[+-]/, "").split("*")
    const numbers = factors.filter((factor) => /^\d+$/.test(factor))
    const names = factors.filter((factor) => !/^\d+$/.test(factor))
    const sign = term.startsWith("-") ? -1 : 1
    const coefficient = numbers.reduce((product, n) => product * Number(n), sign)
    const key = names.toSorted().join("*")
    terms.set(key, (terms.get(key) ?? 0) + coefficient)
  }
  return terms
}

const format = (terms: Polynomial): Dim => {
  const kept = [...terms].filter(([, coefficient]) => coefficient !== 0)
  if (kept.every(([key]) => key === "")) return kept[0]?.[1] ?? 0
  // the constant last, so that it reads "T+1"
  const sorted = kept.toSorted(([a], [b]) => (a === "" ? 1 : b === "" ? -1 : a < b ? -1 : 1))
  const text = sorted.map(([key, coefficient]) => {
    const size = Math.abs(coefficient)
    const body = key === "" ? String(size) : size === 1 ? key : `${size}*${key}`
    return `${coefficient < 0 ? "-" : "+"}${body}`
  })
  return text.join("").replace(/^\+/, "")
}

export const plus = (a: Dim, b: Dim): Dim => {
  if (typeof a === "number" && typeof b === "number") return a + b
  const sum = new Map(parse(a))
  for (const [key, coefficient] of parse(b)) sum.set(key, (sum.get(key) ?? 0) + coefficient)
  return format(sum)
}

export const times = (a: Dim, b: Dim): Dim => {
  if (typeof a === "number" && typeof b === "number") return a * b + 0 // no -0
  const product = new Map<string, number>()
  for (const [x, m] of parse(a))
    for (const [y, n] of parse(b)) {
      const key = [...x.split("*"), ...y.split("*")]
        .filter((name) => name !== "")
        .toSorted()
        .join("*")
      product.set(key, (product.get(key) ?? 0) + m * n)
    }
  return format(product)
}

export const minus = (a: Dim, b: Dim): Dim => plus(a, times(-1, b))

/** Number of elements. */
export const size = (shape: Shape): Dim => shape.reduce(times, 1)

export const same = (a: Shape, b: Shape): boolean =>
  a.length === b.length && a.every((dim, axis) => dim === b[axis])

/** `[B, T+1]` as text, for messages. */
export const show = (shape: Shape): string => `[${shape.join(", ")}]`

/** The terms of a size: a coefficient and the names multiplied with it. */
export const terms = (
  dim: Dim
): ReadonlyArray<{ readonly coefficient: number; readonly names: ReadonlyArray<string> }> =>
  [...parse(dim)].map(([key, coefficient]) => ({ coefficient, names: key === "" ? [] : key.split("*") }))

/** The names a size depends on. */
export const names = (dim: Dim): ReadonlyArray<string> => [
  ...new Set(terms(dim).flatMap((term) => term.names))
]

/** If the size is one name plus a number, such as `T+1`, that name and number: then the name can be read off a tensor. */
export const offset = (dim: Dim): { readonly name: string; readonly plus: number } | undefined => {
  const all = terms(dim)
  const [name, ...others] = all.filter((term) => term.names.length > 0)
  if (name === undefined || others.length > 0 || name.coefficient !== 1) return undefined
  const only = name.names[0]
  if (only === undefined || name.names.length > 1) return undefined
  return { name: only, plus: all.find((term) => term.names.length === 0)?.coefficient ?? 0 }
}

/** The size in a run in which the names have these values. */
export const evaluate = (dim: Dim, bindings: Bindings): number =>
  terms(dim).reduce((sum, term) => {
    const product = term.names.reduce((n, name) => {
      const value = bindings[name]
      if (value === undefined) throw new GraphInvalid("dimension", `the size ${name} is not known`)
      return n * value
    }, term.coefficient)
    return sum + product
  }, 0)
