// Conversations from examples of any task: what is asked becomes the words of a user, what is wanted those of an assistant.
import { type Artifact, Examples, Ledger } from "@inkstone/artifact"
import { field, nearest, Stage, StageFailure } from "@inkstone/stage"
import { Effect, Schema } from "effect"
import { LedgerRows } from "../deduplicate/LedgerRows.ts"
import { idOf } from "../Identity.ts"
import { filled } from "./Template.ts"

const Words = Schema.Union([Schema.NonEmptyString, Schema.NonEmptyArray(Schema.NonEmptyString)])
const Count = Schema.Int.check(Schema.isGreaterThanOrEqualTo(1))

const Asked = Schema.Struct({
  user: Words.annotate({
    description:
      "what is asked, with {part} for a part of the example; of several each example has one, by its id"
  }),
  assistant: Schema.NonEmptyString.annotate({ description: "the answer, such as {summary}" }),
  system: Schema.optionalKey(Schema.NonEmptyString).annotate({
    description: "what stands before, if anything"
  }),
  most: Schema.optionalKey(Count).annotate({
    description: "examples of each split that are taken, by their ids; all if left out"
  })
})

export const InstructConfig = Schema.Struct({
  tasks: Schema.Record(Schema.String, Asked).annotate({
    description: "by the name of the node that made the examples"
  }),
  description: field(Schema.String, "", "where the examples come from"),
  licence: field(Schema.String, "", "under which licence")
})
type Config = typeof InstructConfig.Type

/**
 * Stage `@inkstone/ingest#instruct`: examples of several tasks to conversations of `system`, `user` and `assistant`. Every example
 * stays in its split and keeps its group and licence.
 */
export const instruct = Stage.define({
  name: "@inkstone/ingest#instruct",
  version: 1,
  description:
    "Makes conversations of examples: templates say what the user asks and what the assistant answers",
  config: InstructConfig,
  inputs: { examples: Stage.many(Examples) },
  outputs: { examples: Examples, ledger: Ledger },
  // the texts of one task at a time
  resources: () => ({ cpus: 1, memoryBytes: 2 ** 31 }),
  run: Effect.fn("instruct")(function* (config, { examples }, { outputs, report }) {
    const labels = examples.map(({ label }) => label)
    const unknown = Object.keys(config.tasks).find((name) => !labels.includes(name))
    if (unknown !== undefined) return yield* noSuchTask(unknown, labels)
    const ledger = new LedgerRows()
    const total = {
      examples: 0,
      parts: 0,
      bytes: 0,
      splits: new Map([
        ["train", 0],
        ["validation", 0],
        ["test", 0]
      ])
    }
    for (const { artifact, label } of examples) {
      const task = config.tasks[label]
      if (task === undefined) return yield* untold(label)
      const made = yield* conversations(artifact, { label, task, ledger, firstPart: total.parts })
      if (made.examples.id.length > 0) {
        yield* outputs.examples.append("examples", made.examples)
        yield* outputs.examples.append("parts", made.parts)
      }
      for (const split of made.examples.split) total.splits.set(split, (total.splits.get(split) ?? 0) + 1)
      total.examples += made.examples.id.length
      total.parts += made.parts.text.length
      for (const text of made.parts.text) total.bytes += Buffer.byteLength(text)
      const rows = ledger.take()
      if (rows.id.length > 0) yield* outputs.ledger.append("ledger", rows)
      yield* report({ done: total.examples, unit: "examples" })
    }
    if (total.examples === 0) return yield* nothing
    const partNames = ["assistant", ...(hasSystem(config) ? ["system"] : []), "user"]
    const { description, licence } = config
    const splits = Object.fromEntries(total.splits)
    yield* outputs.examples.describe({ ...total, splits, partNames, description, licence })
    const { dropped, read, repaired } = ledger
    yield* outputs.ledger.describe({ read, kept: total.examples, dropped, repaired })
  }, Effect.mapError(StageFailure.of))
})

const hasSystem = ({ tasks }: Config) => Object.values(tasks).some(({ system }) => system !== undefined)

interface Making {
  readonly label: string
  readonly task: typeof Asked.Type
  readonly ledger: LedgerRows
  /** row of the first part in the table */
  readonly firstPart: number
}

const conversations = Effect.fnUntraced(function* (
  artifact: Artifact<typeof Examples>,
  { firstPart, label, ledger, task }: Making
) {
  const rows = yield* artifact.read("examples")
  const given = yield* artifact.read("parts")
  const users = typeof task.user === "string" ? [task.user] : task.user
  const examples = {
    id: new Array<string>(),
    source: new Array<string>(),
    group: new Array<string>(),
    licence: new Array<string>(),
    split: new Array<string>(),
    first: new Array<number>(),
    parts: new Array<number>()
  }
  const parts = { name: new Array<string>(), lang: new Array<string>(), text: new Array<string>() }
  for (const row of chosen(rows, task.most)) {
    ledger.read++
    const id = idOf(label, rows.id[row] ?? "")
    const source = `${label}/${rows.source[row]}`
    const named = new Map<string, string>()
    let lang = "und"
    const first = rows.first[row] ?? 0
    for (let i = first; i < first + (rows.parts[row] ?? 0); i++) {
      named.set(given.name[i] ?? "", given.text[i] ?? "")
      lang = given.lang[i] ?? lang
    }
    const asked = users[Number.parseInt(id.slice(0, 8), 16) % users.length] ?? ""
    const said = [
      ...(task.system === undefined ? [] : [["system", task.system] as const]),
      ["user", asked] as const,
      ["assistant", task.assistant] as const
    ].map(([role, template]) => [role, filled(template, named)] as const)
    if (said.some(([, text]) => text === undefined)) {
      ledger.drop({
        id,
        source,
        text: [...named.values()].join(" "),
        rule: "missing-part",
        value: 0,
        threshold: 0
      })
      continue
    }
    examples.id.push(id)
    examples.source.push(source)
    examples.group.push(rows.group[row] ?? "")
    examples.licence.push(rows.licence[row] ?? "")
    examples.split.push(rows.split[row] ?? "")
    examples.first.push(firstPart + parts.text.length)
    examples.parts.push(said.length)
    for (const [role, text] of said) {
      parts.name.push(role)
      parts.lang.push(lang)
      parts.text.push(text ?? "")
    }
  }
  return {
    parts,
    examples: {
      ...examples,
      first: Uint32Array.from(examples.first),
      parts: Uint32Array.from(examples.parts)
    }
  }
})

/** Rows in their order, of each split those with the smallest ids, which are digests: a sample that stays the same. */
const chosen = (
  { id, split }: { readonly id: ReadonlyArray<string>; readonly split: ReadonlyArray<string> },
  most = Infinity
): ReadonlyArray<number> => {
  const bySplit = Map.groupBy(id.keys(), (row) => split[row] ?? "")
  const taken = [...bySplit.values()].flatMap((rows) =>
    rows.toSorted((a, b) => ((id[a] ?? "") < (id[b] ?? "") ? -1 : 1)).slice(0, most)
  )
  return taken.toSorted((a, b) => a - b)
}

const noSuchTask = (name: string, labels: ReadonlyArray<string>) => {
  const close = nearest(name, labels)
  return new StageFailure({
    category: "config",
    fact: "UnknownTask",
    problem: `tasks has "${name}", and no node of that name is wired to examples`,
    advice: close === undefined ? `There are ${labels.join(", ")}` : `Did you mean "${close}"?`
  })
}
const untold = (label: string) =>
  new StageFailure({
    category: "config",
    fact: "UnknownTask",
    problem: `tasks does not say what is asked of the examples of "${label}"`,
    advice: `Add tasks.${label} with user and assistant`
  })
const nothing = new StageFailure({
  category: "data",
  fact: "EmptyExamples",
  problem: "no example has the parts that the templates name",
  advice: "See the names in braces in user, assistant and system"
})
