// A small kind for stages whose contents do not matter.
import { Column, Kind } from "@inkstone/artifact"
import { Schema } from "effect"

export const Notes = Kind.define({
  name: "notes",
  version: 1,
  tables: { notes: { id: Column.utf8, rule: Column.utf8, value: Column.float64 } },
  attributes: Schema.Struct({ rules: Schema.Array(Schema.String) })
})
