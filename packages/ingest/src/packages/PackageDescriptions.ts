// Long and short descriptions of Debian's packages: texts with summaries that people wrote.
import { type SourceFile, Stage, StageFailure } from "@inkstone/stage"
import { Effect, Schema } from "effect"
import { ExampleDesk } from "../examples/ExampleDesk.ts"
import { describe, flush, outputs } from "../examples/ExampleTables.ts"
import { keeping } from "../examples/Keeping.ts"
import { recordBroken, sourceUnreadable } from "../failures.ts"
import { Damage, whole } from "../readers/Format.ts"
import { Input } from "../readers/Input.ts"
import { reading } from "../readers/Settings.ts"
import { descriptionOf, type Stanza, stanzas } from "./Stanzas.ts"

const { files, limits } = reading

export const PackageDescriptionsConfig = Schema.Struct({ files, limits, ...keeping })
type Config = typeof PackageDescriptionsConfig.Type

/**
 * Stage `@inkstone/ingest#package-descriptions`: Debian's `Translation-en` and `Packages` (or one file with the fields of both) to
 * examples of `text` (long) and `summary` (short). Packages that are built from one source share their phrases, so the source is the
 * group; without a `Packages` file a package is one of its own.
 */
export const packageDescriptions = Stage.define({
  name: "@inkstone/ingest#package-descriptions",
  version: 1,
  description:
    "Long and short descriptions of Debian packages; repairs, deduplicates and splits them by source",
  config: PackageDescriptionsConfig,
  inputs: {},
  outputs,
  files: (config) => config.files,
  resources: () => ({ cpus: 1, memoryBytes: 2 ** 30 }),
  run: Effect.fn("package-descriptions")(function* (config, _given, run) {
    const families = new Map<string, string>()
    const desk = new ExampleDesk(config)
    const total = run.files.reduce((bytes, file) => bytes + file.bytes, 0)
    // `Packages` comes first by its name, and every file is asked for sources before any is for descriptions
    for (const read of [sourcesInto(families), undefined]) {
      let done = 0
      for (const file of run.files) {
        yield* eachStanza(file, config, read ?? ((stanza) => enter(desk, file, { stanza, families })))
        if (read === undefined) yield* flush(desk, run)
        done += file.bytes
        const note = read === undefined ? `${desk.kept} descriptions` : `${families.size} sources`
        yield* run.report({
          done: read === undefined ? total + done : done,
          total: 2 * total,
          unit: "bytes",
          note
        })
      }
    }
    if (desk.kept === 0)
      return yield* new StageFailure({
        category: "data",
        fact: "EmptyExamples",
        problem: `${config.files.join(", ")} has no description that is kept (${desk.ledger.read} read)`,
        advice: "Name a Translation-en file, such as apt-lists:bookworm/main/*, and see minChars"
      })
    yield* describe(desk, config, run)
  }, Effect.mapError(StageFailure.of))
})

/** `Source: name (version)` is left out where it is the package's own name. */
const sourcesInto = (families: Map<string, string>) => (stanza: Stanza) => {
  const [name, source] = [stanza.get("Package"), stanza.get("Source")]
  if (name !== undefined && source !== undefined) families.set(name, source.split(" ", 1)[0] ?? source)
}

const enter = (
  desk: ExampleDesk,
  file: SourceFile,
  { families, stanza }: { readonly stanza: Stanza; readonly families: ReadonlyMap<string, string> }
) => {
  const name = stanza.get("Package")
  const described = stanza.get("Description-en")
  if (name === undefined || described === undefined) return
  const { summary, text } = descriptionOf(described)
  desk.enter({
    kind: "example",
    source: `${file.name}#${name}`,
    name: file.name,
    // a package may be there in several versions
    span: `${name} ${stanza.get("Description-md5") ?? ""}`,
    parts: [
      { name: "text", text, lang: "en" },
      { name: "summary", text: summary, lang: "en" }
    ],
    group: families.get(name) ?? name,
    licence: stanza.get("Licence")
  })
}

const eachStanza = (file: SourceFile, config: Config, take: (stanza: Stanza) => void) =>
  Effect.promise(async () => {
    const input = await Input.of(file, config.limits)
    for await (const stanza of stanzas(decoded(input.chunks()))) take(stanza)
  }).pipe(
    Effect.catchDefect((cause) => {
      if (cause instanceof Damage) {
        const { at, place, problem } = cause
        return Effect.fail(
          recordBroken({ kind: "broken", ...whole(file.name), place, at, problem, text: "" })
        )
      }
      return cause instanceof Error && "syscall" in cause
        ? Effect.fail(sourceUnreadable(file, cause))
        : Effect.die(cause)
    })
  )

async function* decoded(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder()
  for await (const chunk of chunks) yield decoder.decode(chunk, { stream: true })
  yield decoder.decode()
}
