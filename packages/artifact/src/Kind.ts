// A kind is the contract between two stages: which Arrow tables an artifact holds, with which columns, and which small
// facts stand beside them. Kinds are append-only: a column that readers need is a new version with an upgrader.
import type { Schema } from "effect"
import type { Column, Values } from "./Column.ts"

export type TableSpec = Readonly<Record<string, Column>>
export type TableSpecs = Readonly<Record<string, TableSpec>>

export interface Kind<
  Name extends string = string,
  Tables extends TableSpecs = TableSpecs,
  Attributes extends Schema.Codec<unknown, unknown> = Schema.Codec<unknown, unknown>
> {
  readonly name: Name
  readonly version: number
  /** Table name -> column name -> type. Each table is one Arrow file, `<table>.arrow`. */
  readonly tables: Tables
  /** Small facts about the whole, part of the logical digest; kept in `artifact.json`. */
  readonly attributes: Attributes
  /** From version `n` to `n + 1`, by `n`: turns what an older artifact holds into the next version's shape. */
  readonly upgraders: Readonly<Record<number, Upgrader>>
}

/** Untyped contents of an artifact of an older version, all tables in memory. */
export interface Contents {
  readonly attributes: unknown
  readonly tables: Readonly<Record<string, Readonly<Record<string, unknown>>>>
}
export type Upgrader = (older: Contents) => Contents

/** One batch (or a whole table): every column with the same number of rows. */
export type Rows<Spec extends TableSpec> = { readonly [Name in keyof Spec]: Values<Spec[Name]> }
export type TableName<K extends Kind> = keyof K["tables"] & string
export type AttributesOf<K extends Kind> = K["attributes"]["Type"]

/** The columns of a table, with the table's own type. */
export const specOf = <K extends Kind, T extends TableName<K>>(kind: K, table: T): K["tables"][T] => {
  const tables: K["tables"] = kind.tables
  return tables[table]
}

/** Defines a kind with its literal name, tables and attributes kept in the type. */
export const define = <
  const Name extends string,
  const Tables extends TableSpecs,
  Attributes extends Schema.Codec<unknown, unknown>
>(kind: {
  readonly name: Name
  readonly version: number
  readonly tables: Tables
  readonly attributes: Attributes
  readonly upgraders?: Readonly<Record<number, Upgrader>>
}): Kind<Name, Tables, Attributes> => ({ upgraders: {}, ...kind })
