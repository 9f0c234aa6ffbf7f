// A domain embedding, for any family: a second table beside that of the tokens, with a row for each domain a token may belong to
// (a subject, a kind of term, a part of a document). Its rows are zeros at first, so that a network starts as if it had none.
import {
  add,
  cast,
  concat,
  Dimension,
  equal,
  full,
  gather,
  Initializer,
  notEqual,
  type Parameter,
  parameter,
  range,
  reshape,
  type Tensor,
  where
} from "@inkstone/graph"
import { Schema } from "effect"
import type { Reading } from "../Network.ts"
import * as Linear from "./Linear.ts"

const Count = Schema.Int.check(Schema.isGreaterThan(0))

/** Of an architecture. */
export const Config = Schema.Struct({
  size: Count.annotate({ description: "domains; the first one, 0, is none" }),
  combine: Schema.Literals(["sum", "project"]).annotate({
    description: "added to what is embedded, or put beside it and projected back to its width"
  }),
  channels: Schema.optionalKey(Count).annotate({
    description: "E: width of the table where it is projected; 32 if left out"
  })
})
type Config = typeof Config.Type

/** The field of a family's config. */
export const field = {
  domain: Schema.optionalKey(Config).annotate({ description: "an embedding of domains, if there is one" })
}

export interface Domain {
  /** [size, C], or [size, E] where it is projected */
  readonly table: Parameter
  /** [C, C + E] */
  readonly projection: Parameter | undefined
}

/** What names of its parameters begin with. */
export const prefix = "domain_embedding."

/** What was embedded comes through as it is; domains come in by small numbers. */
const through: Initializer.Initializer = (start) => {
  const [C = 1, both = 1] = start.shape
  const places = range(C)
  const same = cast(equal(reshape(places, [C, 1]), places), "float32") // [C, C]
  const beside = Initializer.normal(Linear.deviation)({ ...start, shape: [C, Dimension.minus(both, C)] }) // [C, E]
  return concat([same, beside], 1)
}

/** Parameters of the domain embedding that a config asks for. */
export const domain = ({
  channels: C,
  domain: wanted
}: {
  readonly channels: number
  readonly domain?: Config
}): Domain | undefined => {
  if (wanted === undefined) return undefined
  const { channels: E = 32, combine, size } = wanted
  const projected = combine === "project"
  return {
    table: parameter(`${prefix}weight`, [size, projected ? E : C], Initializer.zeros),
    projection: projected ? parameter(`${prefix}projection.weight`, [C, C + E], through) : undefined
  }
}

export const parametersOf = (own: Domain | undefined): ReadonlyArray<Parameter> =>
  own === undefined ? [] : own.projection === undefined ? [own.table] : [own.table, own.projection]

/** What tokens are embedded as, `[B, T, C]`, with the domains of the reading. A token of domain 0 has none, and trains none. */
export const apply = (embedded: Tensor, own: Domain | undefined, { domains }: Reading): Tensor => {
  if (own === undefined) return embedded
  const [B = 1, T = 1] = embedded.shape
  const [, width = 1] = own.table.shape
  const rows =
    domains === undefined
      ? undefined
      : where(reshape(notEqual(domains, 0), [B, T, 1]), gather(own.table, domains), 0) // [B, T, C or E]
  if (own.projection === undefined) return rows === undefined ? embedded : add(embedded, rows)
  const both = concat([embedded, rows ?? full([B, T, width], 0)], 2) // [B, T, C + E]
  // float32 whatever the precision: at first it must change nothing
  return Linear.product(both, own.projection, { precision: "float32", stored: "out-in" })
}
