// MinHash deduplication beside datatrove's four steps: the same documents, the same settings, as many cores; and what the
// results of both are worth against an exhaustive comparison.
import { execFile } from "node:child_process"
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { promisify } from "node:util"
import { Documents, Store, StoreLocal } from "@inkstone/artifact"
import { Effect, Schema } from "effect"
import { advice, python } from "../Peer.ts"
import type { BenchOptions, Row } from "../Row.ts"
import { nearCopies } from "./NearCopies.ts"

const execute = promisify(execFile)
const here = import.meta.dirname
const script = join(here, "..", "peers", "minhash.py")
const peerName = "datatrove 0.10"

const Ran = Schema.Struct({ seconds: Schema.Finite, cpuSeconds: Schema.Finite, bytes: Schema.Finite })
const decodeRan = Schema.decodeUnknownSync(Schema.fromJsonString(Ran))
const decodeOurs = Schema.decodeUnknownSync(
  Schema.fromJsonString(Schema.Struct({ ...Ran.fields, duplicates: Schema.String }))
)
const Verdict = Schema.Struct({ found: Schema.Int, pairs: Schema.Int, wrong: Schema.Int })
const decodeVerdicts = Schema.decodeUnknownSync(
  Schema.fromJsonString(Schema.Struct({ high: Schema.Int, ours: Verdict, theirs: Verdict }))
)

const sealed = (root: string, count: number): Promise<string> =>
  Effect.gen(function* () {
    const store = yield* Store
    const draft = yield* store.draft(Documents)
    let texts: Array<string> = []
    let first = 0
    const flush = Effect.suspend(() => {
      const rows = texts
      const begin = first
      texts = []
      first += rows.length
      const all = (value: string) => rows.map(() => value)
      return draft.append("documents", {
        id: rows.map((_, i) => (begin + i).toString(16).padStart(32, "0")),
        source: all("sotu.jsonl"),
        lang: all("en"),
        script: all("Latn"),
        split: all("train"),
        licence: all(""),
        group: all(""),
        bytes: Uint32Array.from(rows, (text) => Buffer.byteLength(text)),
        text: rows
      })
    })
    for (const text of nearCopies(count, 1337)) {
      texts.push(text)
      if (texts.length === 1024) yield* flush
    }
    yield* flush
    yield* draft.describe({ documents: count, bytes: 0, splits: {}, description: "", licence: "" })
    return (yield* store.seal(draft)).digest
  }).pipe(Effect.scoped, Effect.provide(StoreLocal.layer(root)), Effect.runPromise)

/** On the first of the cores, or on all. */
const on = async (cores: number, command: string, words: ReadonlyArray<string>): Promise<string> => {
  const env = { ...process.env, OMP_NUM_THREADS: `${cores}` }
  const pinned = ["-c", cores === 1 ? "0" : `0-${cores - 1}`, command, ...words]
  const { stdout } = await execute("taskset", pinned, { env, maxBuffer: 2 ** 26 })
  return stdout.trim().split("\n").at(-1) ?? ""
}

interface Corpus {
  readonly root: string
  readonly digest: string
  readonly documents: number
}

const ours = async ({ digest, root }: Corpus, cores: number) =>
  decodeOurs(await on(cores, process.execPath, [join(here, "deduplicate.ts"), root, digest]))

const theirs = async ({ digest, documents, root }: Corpus, cores: number, interpreter: string) => {
  const folder = join(root, `datatrove-${documents}-${cores}`)
  const arrow = join(root, "objects", "documents", digest, "documents.arrow")
  await execute(interpreter, ["-I", script, "prepare", arrow, folder, `${cores}`, `${documents}`])
  return { folder, ran: decodeRan(await on(cores, interpreter, ["-I", script, "run", folder, `${cores}`])) }
}

const name = (documents: number) => documents.toLocaleString("en-US")

const compared = async (
  { few, many }: { readonly few: Corpus; readonly many: Corpus },
  cores: number,
  interpreter: string | undefined
): Promise<ReadonlyArray<Row>> => {
  const large = await ours(many, cores)
  const same = few.documents === many.documents ? large : await ours(few, cores)
  const peer = interpreter === undefined ? undefined : (await theirs(few, cores, interpreter)).ran
  const where = cores === 1 ? "1 core" : `${cores} cores`
  const beside = peer === undefined ? advice : `${peerName}, ${name(few.documents)} documents`
  const row = (work: string, unit: string, own: number, other: (ran: typeof Ran.Type) => number): Row => ({
    work: `MinHash, ${where}: ${work}`,
    unit,
    ours: own,
    peerName: beside,
    ...(peer && { peer: other(peer), ratio: unit === "docs/s" ? own / other(peer) : other(peer) / own })
  })
  const rate = (corpus: Corpus) => (seconds: number) => corpus.documents / seconds
  const rows = [
    row(`${name(few.documents)} documents`, "docs/s", rate(few)(same.seconds), (ran) =>
      rate(few)(ran.seconds)
    ),
    row(`${name(few.documents)} documents, processor time`, "s", same.cpuSeconds, (ran) => ran.cpuSeconds),
    row(`${name(few.documents)} documents, largest process`, "MB", same.bytes / 1e6, (ran) => ran.bytes / 1e6)
  ]
  if (few.documents === many.documents) return rows
  const work = `MinHash, ${where}: ${name(many.documents)} documents`
  return [
    row(`${name(many.documents)} documents`, "docs/s", rate(many)(large.seconds), (ran) =>
      rate(few)(ran.seconds)
    ),
    { work: `${work}, largest process`, unit: "MB", ours: large.bytes / 1e6, peerName: "not run on so many" },
    ...rows
  ]
}

/** Both sides' results on a corpus small enough to compare every pair. */
const judged = async (corpus: Corpus, interpreter: string): Promise<ReadonlyArray<Row>> => {
  const { duplicates } = await ours(corpus, 1)
  const { folder } = await theirs(corpus, 1, interpreter)
  const arrow = join(corpus.root, "objects", "duplicates", duplicates, "duplicates.arrow")
  const { stdout } = await execute(interpreter, ["-I", script, "judge", folder, "1", arrow])
  const { high, ours: own, theirs: other } = decodeVerdicts(stdout.trim())
  const documents = name(corpus.documents)
  return [
    {
      work: `MinHash, ${documents} documents: found of ${high} pairs with a true Jaccard similarity of 0.8 and above`,
      unit: "pairs",
      ours: own.found,
      peer: other.found,
      peerName,
      ratio: own.found / other.found
    },
    {
      work: `MinHash, ${documents} documents: share of joined pairs below 0.5 (chains)`,
      unit: "%",
      ours: (100 * own.wrong) / own.pairs,
      peer: (100 * other.wrong) / other.pairs,
      peerName
    }
  ]
}

/** Ours on a million documents; datatrove on 100,000 of them, since its time grows with their number (`--full`: all). */
export const minhash = async ({ full, quick, report }: BenchOptions): Promise<ReadonlyArray<Row>> => {
  const interpreter = python()
  const root = await mkdtemp(join(tmpdir(), "inkstone-bench-minhash-"))
  const corpus = async (documents: number): Promise<Corpus> => ({
    root,
    documents,
    digest: await sealed(root, documents)
  })
  const rows: Array<Row> = []
  const tell = (made: ReadonlyArray<Row>) => {
    for (const row of made) report(row)
    rows.push(...made)
  }
  try {
    const many = await corpus(quick ? 50_000 : 1_000_000)
    const few = full || quick ? many : await corpus(100_000)
    for (const cores of [1, 2]) tell(await compared({ few, many }, cores, interpreter))
    if (interpreter !== undefined) tell(await judged(await corpus(quick ? 5000 : 20_000), interpreter))
    return rows
  } finally {
    await rm(root, { recursive: true, force: true })
  }
}
