// Tokenizers side by side on texts that a person gives: from files, folders, and runs of ours.
import { existsSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs"
import { basename, join, resolve } from "node:path"
import { Store, StoreLocal, Tokenizer } from "@inkstone/artifact"
import { Records } from "@inkstone/pipeline"
import { nearest } from "@inkstone/stage"
import {
  countText,
  fromModelFile,
  loadTokenizer,
  metricsOf,
  parseModelFile,
  parseRanks,
  parseTokenizerJson,
  type RankEncoding,
  rankEncodings,
  Statistics,
  toJson
} from "@inkstone/tokenizer"
import { Effect } from "effect"
import { failed } from "./Failure.ts"
import { table } from "./Table.ts"

export interface TokenizersOptions {
  /** files, folders with a tokenizer.json, nodes, or beginnings of digests */
  readonly names: ReadonlyArray<string>
  /** text files */
  readonly texts: ReadonlyArray<string>
  /** pieces and texts shown of each list */
  readonly examples: number
  readonly store: string
}

export interface Row {
  readonly name: string
  readonly type: string
  readonly vocabSize: number
  readonly specialTokens: ReadonlyArray<string>
  readonly longest: ReadonlyArray<string>
  /** null where no text was given */
  readonly metrics: Readonly<Record<string, number>> | null
  readonly byText: Readonly<Record<string, Readonly<Record<string, number>>>>
  readonly dead: { readonly count: number; readonly examples: ReadonlyArray<string> } | null
  readonly failures: ReadonlyArray<{
    readonly source: string
    readonly text: string
    readonly decoded: string
  }>
}

/** A string holds no more than about twice this. */
const mostBytes = 2 ** 28

const bytesOf = (path: string, advice: string) =>
  Effect.try({
    try: () => {
      if (statSync(path).size > mostBytes) throw new Error(`more than ${mostBytes} bytes`)
      return readFileSync(path)
    },
    catch: (cause) =>
      failed("data", `${path}: ${cause instanceof Error ? cause.message : String(cause)}. ${advice}`)
  })
const read = (path: string, advice: string) =>
  Effect.map(bytesOf(path, advice), (bytes) => bytes.toString("utf8"))

/** By the node that made it, the newest run last, or by digest. */
const ofStore = Effect.fnUntraced(function* (name: string, root: string) {
  const records = yield* Records.latest(root, undefined)
  const made = records.flatMap(({ node, outputs }) =>
    Object.values(outputs).flatMap(({ digest, kind }) => (kind === Tokenizer.name ? [{ node, digest }] : []))
  )
  const found =
    made.findLast(({ node }) => node === name) ??
    (/^[0-9a-f]{6,}$/.test(name) ? made.findLast(({ digest }) => digest.startsWith(name)) : undefined)
  if (found === undefined) {
    const nodes = [...new Set(made.map(({ node }) => node))]
    const close = nearest(name, nodes)
    const known =
      nodes.length === 0
        ? ""
        : ` ${close === undefined ? "" : `Did you mean ${close}? `}Nodes are ${nodes.join(", ")}`
    return yield* failed(
      "data",
      `${name} is no file, no folder with a tokenizer.json and no tokenizer of a run.${known}`
    )
  }
  return yield* loadTokenizer(yield* (yield* Store).open(Tokenizer, found.digest))
})

/** By what the file's name ends in: SentencePiece's models, tiktoken's ranks, and else a tokenizer.json. */
const ofFile = Effect.fnUntraced(function* (file: string) {
  const advice = "Give another file"
  if (file.endsWith(".model"))
    return yield* fromModelFile(yield* parseModelFile(yield* bytesOf(file, advice), basename(file)))
  const text = yield* read(file, advice)
  if (!file.endsWith(".tiktoken")) return yield* parseTokenizerJson(text)
  const name = basename(file, ".tiktoken")
  const known = new Map<string, RankEncoding>(Object.entries(rankEncodings)).get(name)
  return known === undefined
    ? yield* failed(
        "data",
        `${file}: a rank file does not say how text is cut; its name must be one of ${Object.keys(rankEncodings).join(", ")}`
      )
    : yield* parseRanks(text, known, basename(file))
})

const open = Effect.fnUntraced(function* (name: string, root: string) {
  const path = resolve(name)
  const file = [join(path, "tokenizer.json"), path].find(
    (each) => existsSync(each) && statSync(each).isFile()
  )
  return yield* (file === undefined ? ofStore(name, root) : ofFile(file)).pipe(
    Effect.catchTag("TokenizerInvalid", (error) => failed("data", `${name}: ${error.message}`))
  )
})

const spelled = (pieces: ReadonlyArray<{ readonly piece: string }>) => pieces.map(({ piece }) => piece)

/** What each tokenizer makes of the texts; one after another, so that one at a time is in memory. */
export const rows = Effect.fn("TokenizerTable.rows")(
  function* ({ examples, names, store, texts }: TokenizersOptions) {
    const contents = yield* Effect.forEach(texts, (source) =>
      Effect.map(read(source, "For more text, use the stage @inkstone/tokenizer#report"), (text) => ({
        source,
        text,
        counts: countText(text)
      }))
    )
    return yield* Effect.forEach(names, (name) =>
      Effect.map(open(name, store), (tokenizer): Row => {
        const statistics = new Statistics(tokenizer, examples)
        for (const { counts, source, text } of contents)
          statistics.add({ id: source, source, script: source, lang: "und", text }, counts)
        const dead = statistics.dead()
        return {
          name,
          type: tokenizer.type,
          vocabSize: tokenizer.vocabSize,
          specialTokens: [...tokenizer.specialTokens.values()],
          longest: spelled(statistics.longest(examples)),
          metrics: contents.length === 0 ? null : metricsOf(statistics.all),
          byText: Object.fromEntries(
            Array.from(statistics.byScript, ([text, tally]) => [text, metricsOf(tally)])
          ),
          dead:
            contents.length === 0 ? null : { count: dead.length, examples: spelled(dead.slice(0, examples)) },
          failures: statistics.failures.map(({ decoded, source, text }) => ({ source, text, decoded }))
        }
      })
    )
  },
  (effect, { store }) => Effect.provide(effect, StoreLocal.layer(store))
)

/** Writes the file that Hugging Face loads, whole or not at all; gives its path. */
export const write = Effect.fn("TokenizerTable.write")(
  function* ({ names, store }: Pick<TokenizersOptions, "names" | "store">, folder: string) {
    const [name = "", ...others] = names
    if (others.length > 0)
      return yield* failed("usage", `--write takes one tokenizer, not ${names.join(", ")}`)
    const file = join(resolve(folder), "tokenizer.json")
    const text = toJson(yield* open(name, store))
    yield* Effect.try({
      try: () => {
        mkdirSync(resolve(folder), { recursive: true })
        writeFileSync(`${file}.${process.pid}.partial`, text)
        renameSync(`${file}.${process.pid}.partial`, file)
      },
      catch: (cause) =>
        failed("resource", `${file} cannot be written: ${String(cause)}. Choose another folder`)
    })
    return file
  },
  (effect, { store }) => Effect.provide(effect, StoreLocal.layer(store))
)

const number = (value: number | undefined) =>
  value === undefined || !Number.isFinite(value)
    ? "–"
    : value.toLocaleString("en-US", { maximumFractionDigits: 2 })
const percent = (value: number | undefined) => (value === undefined ? "–" : `${number(100 * value)} %`)
const list = (pieces: ReadonlyArray<string>) => pieces.map((piece) => JSON.stringify(piece)).join(" ")

/** For the terminal. */
export const inWords = (found: ReadonlyArray<Row>): string => {
  const sections = [
    table([
      ["tokenizer", "type", "pieces", "bytes/token", "characters/token", "tokens/word", "single bytes", "unknown", "dead", "not given back"], // prettier-ignore
      ...found.map(({ dead, metrics, name, type, vocabSize }) => [
        name,
        type,
        number(vocabSize),
        number(metrics?.["bytes_per_token"]),
        number(metrics?.["characters_per_token"]),
        number(metrics?.["tokens_per_word"]),
        percent(metrics?.["single_byte_share"]),
        percent(metrics?.["unknown_share"]),
        number(dead?.count),
        number(metrics?.["round_trip_failures"])
      ])
    ])
  ]
  const texts = Object.keys(found[0]?.byText ?? {})
  if (texts.length > 1)
    sections.push(
      table([
        ["characters/token of", ...found.map(({ name }) => name)],
        ...texts.map((text) => [
          basename(text),
          ...found.map(({ byText }) => number(byText[text]?.["characters_per_token"]))
        ])
      ])
    )
  for (const { dead, failures, longest, name } of found)
    sections.push(
      [
        name,
        `  longest  ${list(longest)}`,
        ...(dead === null || dead.count === 0 ? [] : [`  dead     ${list(dead.examples)}`]),
        ...failures.map(
          ({ decoded, source, text }) =>
            `  ${basename(source)}: ${JSON.stringify(text)} comes back as ${JSON.stringify(decoded)}`
        )
      ].join("\n")
    )
  return `${sections.join("\n\n")}\n`
}
