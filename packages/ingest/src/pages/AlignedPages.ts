// Translations from pages that exist in two languages: the same page has the same headings and paragraphs in the same places.
import { type SourceFile, Stage, StageFailure, field } from "@inkstone/stage"
import { Effect, Schema } from "effect"
import { sourceUnreadable } from "../failures.ts"
import { ExampleDesk } from "../examples/ExampleDesk.ts"
import type { RawExample } from "../examples/ExampleRows.ts"
import { describe, flush, outputs } from "../examples/ExampleTables.ts"
import { keeping } from "../examples/Keeping.ts"
import { nth, type Refused } from "../readers/Format.ts"
import { Refusal } from "../readers/Refusal.ts"
import { reading } from "../readers/Settings.ts"
import { select } from "../Selection.ts"
import { type Block, blocksIn } from "./Blocks.ts"

const { exclude, files, limits, where } = reading
const Side = Schema.Struct({
  folder: Schema.NonEmptyString.annotate({
    description: "first folder in the names of its pages, such as en-US"
  }),
  lang: Schema.NonEmptyString.annotate({ description: "ISO 639-1" })
})

export const AlignedPagesConfig = Schema.Struct({
  files,
  exclude,
  where,
  limits,
  source: Side.annotate({ description: "what is translated" }),
  target: Side.annotate({ description: "its translation" }),
  area: field(
    Schema.String,
    "",
    "id of the element that holds the text, past the menus; empty: the whole page"
  ),
  ...keeping
})
type Config = typeof AlignedPagesConfig.Type

/**
 * Stage `@inkstone/ingest#aligned-pages`: HTML pages of two languages under the same path, such as `en-US/a/b.html` and
 * `zh-CN/a/b.html`, to examples of `source` and `target`. A page whose two sides have other headings or paragraphs is dropped. All
 * pairs of a page are a group.
 */
export const alignedPages = Stage.define({
  name: "@inkstone/ingest#aligned-pages",
  version: 1,
  description:
    "Pairs paragraphs and headings of pages in two languages; repairs, deduplicates and splits them by page",
  config: AlignedPagesConfig,
  inputs: {},
  outputs,
  files: (config) => config.files,
  resources: () => ({ cpus: 1, memoryBytes: 2 ** 29 }),
  run: Effect.fn("aligned-pages")(function* (config, _given, run) {
    const chosen = select(run.files, config)
    const targets = sideOf(chosen, config.target.folder)
    const sources = [...sideOf(chosen, config.source.folder)]
    const desk = new ExampleDesk(config)
    for (const [n, [page, source]] of sources.entries()) {
      const target = targets.get(page)
      for (const one of target === undefined
        ? [refused(page, "no-translation")]
        : yield* pairsOf(page, { source, target }, config))
        desk.enter(one)
      if (desk.isFull) yield* flush(desk, run)
      yield* run.report({ done: n + 1, total: sources.length, unit: "pages", note: `${desk.kept} pairs` })
    }
    yield* flush(desk, run)
    if (desk.kept === 0) return yield* none(config, sources.length, targets.size)
    yield* describe(desk, config, run)
  }, Effect.mapError(StageFailure.of))
})

/** Path without the folder -> page. */
const sideOf = (files: ReadonlyArray<SourceFile>, folder: string): ReadonlyMap<string, SourceFile> =>
  new Map(
    files.flatMap((file) =>
      file.name.startsWith(`${folder}/`) ? [[file.name.slice(folder.length + 1), file] as const] : []
    )
  )

const refused = (page: string, rule: string): Refused => ({
  kind: "refused",
  source: page,
  name: page,
  span: "",
  rule,
  value: 0,
  threshold: 0,
  text: ""
})

const pairsOf = (
  page: string,
  { source, target }: { readonly source: SourceFile; readonly target: SourceFile },
  config: Config
) => {
  const { lang } = config.source
  const other = config.target.lang
  return Effect.promise(async (): Promise<ReadonlyArray<RawExample | Refused>> => {
    const [mine, theirs] = [await blocksIn(source, config), await blocksIn(target, config)]
    if (!alike(mine, theirs)) return [refused(page, "other-structure")]
    return mine.flatMap(({ text }, i) => {
      const translation = theirs[i]?.text ?? ""
      // names and numbers, which nobody translated
      if (text === translation || text === "" || translation === "") return []
      const parts = [
        { name: "source", text, lang },
        { name: "target", text: translation, lang: other }
      ]
      return [{ kind: "example", ...nth(page, i + 1), parts, group: page, licence: undefined }]
    })
  }).pipe(
    Effect.catchDefect((cause) => {
      if (cause instanceof Refusal) return Effect.succeed([refused(page, cause.rule)])
      return cause instanceof Error && "syscall" in cause
        ? Effect.fail(sourceUnreadable(source, cause))
        : Effect.die(cause)
    })
  )
}

const alike = (a: ReadonlyArray<Block>, b: ReadonlyArray<Block>): boolean =>
  a.length === b.length && a.every(({ tag }, i) => tag === b[i]?.tag)

const none = ({ source, target, files }: Config, sources: number, targets: number): StageFailure =>
  new StageFailure({
    category: "data",
    fact: "EmptyExamples",
    problem: `${files.join(", ")} gives no pair: there are ${sources} pages below ${source.folder}/ and ${targets} below ${target.folder}/`,
    advice:
      'See "source.folder" and "target.folder", the first folder of the names that the patterns give, and "area"'
  })
