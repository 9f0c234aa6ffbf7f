// How the stage fails, with what was looked for and what the person can do.
import { type SourceFile, StageFailure } from "@inkstone/stage"
import type { Desk } from "./Desk.ts"
import type { IngestConfig } from "./IngestConfig.ts"
import type { Broken } from "./readers/Format.ts"

const advice: Readonly<Record<string, string>> = {
  binary: "Name files that hold text, or unpack them first",
  "unknown-encoding": 'Name the encoding, such as "encoding: gb18030"',
  "replacement-character":
    'Bytes were lost, or the encoding is another one: name it, or set "allowReplacement: true"',
  "bad-record": 'See "fields.text" and "fields.id"',
  "exact-duplicate": "",
  "too-big-to-hold": 'Raise "limits.wholeBytes", or split the file',
  "page-bytes": 'Raise "limits.wholeBytes", or write the file with smaller pages',
  "row-group-bytes": 'Raise "limits.wholeBytes", or write the file with smaller row groups',
  "row-group-rows": "Write the file with smaller row groups",
  "unpacked-bytes": 'Raise "limits.unpackedBytes" if the file is meant to be so large',
  "unpacked-ratio": 'Raise "limits.unpackedRatio" if the file is meant to be so repetitive',
  "no-text-layer": "They are pictures of pages: recognise their text first",
  encrypted: "Remove the protection, if you may",
  seconds: "The file keeps its reader busy without end; leave it out",
  "zip-overlap": "No honest archive is made like this; leave it out",
  "http-status": "The archive holds answers, but no pages",
  "media-type": "The archive holds no pages and no text",
  minChars: 'Lower "cuts.minChars", or set "split" so that documents are longer',
  maxChars: 'Raise "cuts.maxChars", or set "split" so that documents are shorter'
}

const empty = (problem: string, advice: string): StageFailure =>
  new StageFailure({ category: "data", fact: "EmptyCorpus", problem, advice })

/** Nothing to read, or nothing left of what was read. */
export const corpusEmpty = (
  { files, exclude, where }: IngestConfig,
  { found, desk }: { readonly found: number; readonly desk?: Desk }
): StageFailure => {
  const looked = files.join(", ")
  if (found === 0)
    return empty(`no file matches ${looked}`, 'Check "files"; paths are relative to the pipeline file')
  if (desk === undefined) {
    const selection = JSON.stringify({ exclude, where })
    return empty(`${looked} has ${found} files, and none passes ${selection}`, 'Change "exclude" or "where"')
  }
  const reasons = Object.entries(desk.dropped).toSorted(([, a], [, b]) => b - a)
  const top = reasons.slice(0, 3).map(([rule, documents]) => `${documents} by ${rule}`)
  const [first] = reasons[0] ?? [""]
  return empty(
    desk.read === 0
      ? `${looked} holds no document`
      : `none of the ${desk.read} documents in ${looked} is left; dropped: ${top.join(", ")}`,
    advice[first] ?? `Change "cuts.${first}"`
  )
}

export const recordBroken = ({ name, place, problem }: Broken): StageFailure =>
  new StageFailure({
    category: "data",
    fact: "BadRecord",
    problem: `${name}, ${place} ${problem}`,
    advice: 'Correct it, or set "onBadRecord: drop"'
  })

export const blocklistMissing = (file: string): StageFailure =>
  new StageFailure({
    category: "config",
    fact: "BlocklistMissing",
    problem: `"blocklist.file" is ${file}, and there is no such file`,
    advice: "Check the path; it is relative to the pipeline file"
  })

export const sourceNameShared = (name: string): StageFailure =>
  new StageFailure({
    category: "config",
    fact: "SharedSourceName",
    problem: `two files are both called ${name}, relative to their patterns`,
    advice:
      "Documents are told apart by that name: use one pattern that begins above both, such as corpus/**/*.txt"
  })

export const sourceUnreadable = ({ name }: SourceFile, cause: { readonly message: string }): StageFailure =>
  new StageFailure({
    category: "data",
    fact: "SourceUnreadable",
    problem: `${name}: ${cause.message}`,
    advice: "Check that the file is still there and may be read"
  })
