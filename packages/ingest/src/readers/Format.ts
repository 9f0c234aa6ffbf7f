/*
 * How a format is added:
 *
 * 1. a file here, `readers/Zine.ts`, exports a `Format`: which extensions it has, how its first bytes look, and `read`;
 * 2. one line in `formats.ts`.
 *
 * `read` gets the file as an `Input`, already unpacked from gzip or zstd, and takes from it what it needs: `input.chunks()` (bytes as
 * a stream), `texts(input, ...)` (decoded text as a stream), `input.whole(limit)` (all bytes, up to a limit) or `input.open()` (any
 * range of a file that is not packed). It gives what it found in small groups, as it goes: a file of 5 GB is never held. Large
 * libraries are imported inside `read`, so that a plan of a pipeline does not load them.
 *
 * What is wrong with one record is an item, `refused` or `broken`, and reading goes on. What is wrong with the whole file, or the
 * rest of it, is thrown: `Refusal` (of no use to us: too big, encrypted, no text in it) or `Damage` (not what it claims to be). `Reader.ts`
 * catches both and enters them under the file's name. Anything else that is thrown is a bug, or Node's own error if it has a `code`.
 */
import type { IngestConfig, Split } from "../IngestConfig.ts"
import type { Input } from "./Input.ts"
import { Refusal } from "./Refusal.ts"

export interface Named {
  /** file name, with `#n` for the n-th document of a file that was cut: what a person reads */
  readonly source: string
  /** file and place in it: what the document's id is a digest of. Equal places must give equal spans, whatever stands around. */
  readonly name: string
  readonly span: string
}

export interface Found extends Named {
  readonly kind: "found"
  readonly text: string
  /** as the record says: ISO 639-1, or a tag such as `zh-CN` */
  readonly lang: string | undefined
  readonly licence?: string | undefined
  /** what must stay on one side of a split; the document itself if absent */
  readonly group?: string | undefined
  readonly title?: string | undefined
}

/** Known to be of no use before it could be measured like a text. */
export interface Refused extends Named {
  readonly kind: "refused"
  readonly rule: string
  readonly value: number
  readonly threshold: number
  /** the beginning, as far as there is one */
  readonly text: string
}

/** A record that cannot be read; whether that is an error is for the config to say. */
export interface Broken extends Named {
  readonly kind: "broken"
  /** where in the file: `line 3`, `row 12`, `entry OEBPS/one.xhtml` */
  readonly place: string
  /** the number in it, for the ledger */
  readonly at: number
  /** goes on after the place: `is not JSON` */
  readonly problem: string
  readonly text: string
}
export type Read = Found | Refused | Broken

export interface Format {
  /** lower case, with the dot */
  readonly extensions: ReadonlyArray<string>
  /** media types, for formats that hold other formats */
  readonly media?: ReadonlyArray<string>
  /** Does a file that begins so look like one of this format? Asked only where the extension says nothing. */
  readonly recognises?: (head: Uint8Array) => boolean
  readonly read: (input: Input, config: IngestConfig) => AsyncGenerator<ReadonlyArray<Read>>
}

/** The file itself is not what its name or its beginning says: cut short, bytes changed, another format. */
export class Damage extends Error {
  override readonly name = "Damage"
  readonly place: string
  readonly at: number
  readonly problem: string
  constructor({
    place,
    at,
    problem
  }: {
    readonly place: string
    readonly at: number
    readonly problem: string
  }) {
    super(`${place} ${problem}`)
    this.place = place
    this.at = at
    this.problem = problem
  }
}

/** What a decoder threw, as damage at a place; refusals, damage and errors of the file system stay what they are. */
export const asDamage = (problem: unknown, place: string, at: number): unknown =>
  problem instanceof Refusal ||
  problem instanceof Damage ||
  (problem instanceof Error && "syscall" in problem)
    ? problem
    : new Damage({
        place,
        at,
        problem: `cannot be read: ${problem instanceof Error ? problem.message : String(problem)}`
      })

/** The document that is a whole file. */
export const whole = (name: string): Named => ({ source: name, name, span: "" })

/** Is a file of this kind one document? Chapters are for books; what has none is not cut. */
export const isWhole = (split: Split): boolean => split === "whole" || split === "chapters"

/** The n-th of a file, from 1; `key` is its own name in the file where it has one, so that what is inserted before it changes no id. */
export const nth = (name: string, n: number, key: string = n.toString()): Named => ({
  source: `${name}#${n}`,
  name,
  span: key
})
