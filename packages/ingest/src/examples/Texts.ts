// The texts of examples as documents: what a tokenizer and a pretraining learn from before the task itself is learned.
import { Documents, Examples } from "@inkstone/artifact"
import { Stage, StageFailure } from "@inkstone/stage"
import { Effect, Schema } from "effect"
import { idOf } from "../Identity.ts"
import { profile } from "../Profile.ts"
import { scriptOf } from "../Script.ts"

const Config = Schema.Struct({
  parts: Schema.NonEmptyArray(Schema.String).annotate({
    description: "names of the parts that become documents, each by itself"
  })
})

/**
 * Stage `@inkstone/ingest#texts`: parts of examples to documents. Each stays in the split of its example and in its group, so that
 * nothing held out is learned before; equal texts of a split are taken once.
 */
export const texts = Stage.define({
  name: "@inkstone/ingest#texts",
  version: 1,
  description: "Makes documents of parts of examples, in the same splits, for a tokenizer or a pretraining",
  config: Config,
  inputs: { examples: Stage.many(Examples) },
  outputs: { documents: Documents },
  resources: () => ({ cpus: 1, memoryBytes: 2 ** 31 }),
  run: Effect.fn("texts")(function* ({ parts: wanted }, { examples }, { outputs, report }) {
    const total = { documents: 0, bytes: 0 }
    const splits: Record<string, number> = { train: 0, validation: 0, test: 0 }
    const seen = new Set<string>()
    for (const { artifact, label } of examples) {
      const rows = yield* artifact.read("examples")
      const given = yield* artifact.read("parts")
      const made = rows.id.flatMap((id, row) => {
        const first = rows.first[row] ?? 0
        const [group = "", split = "", licence = "", source = ""] = [
          rows.group[row],
          rows.split[row],
          rows.licence[row],
          rows.source[row]
        ]
        return Array.from({ length: rows.parts[row] ?? 0 }, (_, i) => first + i).flatMap((at) => {
          const [name = "", text = "", lang = "und"] = [given.name[at], given.text[at], given.lang[at]]
          const key = `${split}\0${text}`
          if (!wanted.includes(name) || seen.has(key)) return []
          seen.add(key)
          const bytes = Buffer.byteLength(text)
          const script = scriptOf(text, profile(text))
          return [
            {
              id: idOf(`${label}/${id}`, name),
              source: `${label}/${source}`,
              group: group === "" ? id : group,
              split,
              licence,
              lang,
              script,
              bytes,
              text
            }
          ]
        })
      })
      if (made.length === 0) continue
      const column = <K extends keyof (typeof made)[number]>(key: K) => made.map((row) => row[key])
      yield* outputs.documents.append("documents", {
        id: column("id"),
        source: column("source"),
        lang: column("lang"),
        script: column("script"),
        split: column("split"),
        licence: column("licence"),
        group: column("group"),
        bytes: Uint32Array.from(column("bytes")),
        text: column("text")
      })
      for (const { bytes, split } of made) {
        total.bytes += bytes
        splits[split] = (splits[split] ?? 0) + 1
      }
      total.documents += made.length
      yield* report({ done: total.documents, unit: "documents" })
    }
    if (total.documents === 0) return yield* none(wanted)
    const about = (key: "description" | "licence") =>
      [
        ...new Set(examples.map(({ artifact }) => artifact.attributes[key]).filter((said) => said !== ""))
      ].join(" ")
    yield* outputs.documents.describe({
      ...total,
      splits,
      description: about("description"),
      licence: about("licence")
    })
  }, Effect.mapError(StageFailure.of))
})

const none = (wanted: ReadonlyArray<string>) =>
  new StageFailure({
    category: "data",
    fact: "EmptyCorpus",
    problem: `no example has a part named ${wanted.join(" or ")}`,
    advice: "See the names of parts of the examples"
  })
