// The numbers of one run, gathered from all event files of its folder and kept up to date: what curves are drawn from.
import * as fs from "node:fs"
import * as path from "node:path"
import { type Decoded, decode } from "./Decoded.ts"
import type { Ending, HParams } from "./HParams.ts"
import { Tail } from "./Tail.ts"

/** Points in the order of their steps; the three lists are equally long. */
export interface Points {
  readonly steps: ReadonlyArray<number>
  readonly values: ReadonlyArray<number>
  /** since 1970 */
  readonly wallSeconds: ReadonlyArray<number>
}

type Gathered = { readonly [List in keyof Points]: Array<number> }

export class Series {
  readonly folder: string
  readonly #tails = new Map<string, Tail>()
  readonly #tags = new Map<string, Gathered>()
  #hparams: HParams = {}
  #ended: Ending | undefined
  #lastSeconds = 0

  constructor(folder: string) {
    this.folder = folder
  }

  /** By tag, such as `loss/train`. */
  get tags(): ReadonlyMap<string, Points> {
    return this.#tags
  }

  /** Settings of the run; empty if it does not say. */
  get hparams(): HParams {
    return this.#hparams
  }

  /** When the newest event was written, since 1970. */
  get lastSeconds(): number {
    return this.#lastSeconds
  }

  /** Undefined while it runs, and for a run that was killed. */
  get ended(): Ending | undefined {
    return this.#ended
  }

  /**
   * Reads what is new; true if something is. A file whose record was cut off, or is damaged, is read up to there.
   *
   * @throws the file system's own error if the folder cannot be read
   */
  update(): boolean {
    // in the order of their names, as TensorBoard does: later files know better
    const names = fs.readdirSync(this.folder).filter((name) => name.includes("tfevents"))
    let changed = false
    for (const name of names.toSorted()) {
      const tail = this.#tails.get(name) ?? new Tail(path.join(this.folder, name))
      this.#tails.set(name, tail)
      for (const data of tail.read()) {
        changed = true
        const event = decoded(data)
        if (event !== undefined) this.#take(event)
      }
    }
    return changed
  }

  #take({ ended, hparams, restarted, scalars, step, wallSeconds }: Decoded): void {
    this.#lastSeconds = Math.max(this.#lastSeconds, wallSeconds)
    if (restarted) this.#forget(step)
    if (hparams !== undefined) this.#hparams = hparams
    if (ended !== undefined) this.#ended = ended
    for (const { tag, value } of scalars) {
      const points = this.#tags.get(tag) ?? { steps: [], values: [], wallSeconds: [] }
      this.#tags.set(tag, points)
      points.steps.push(step)
      points.values.push(value)
      points.wallSeconds.push(wallSeconds)
    }
  }

  /** What is said about `step` and later, and that the run has ended. */
  #forget(step: number): void {
    this.#ended = undefined
    for (const points of this.#tags.values()) {
      const first = points.steps.findIndex((each) => each >= step)
      if (first >= 0) for (const list of Object.values(points)) list.length = first
    }
  }
}

/** Undefined for a record that holds something else: its checksum was right, so only its writer knows. */
const decoded = (data: Uint8Array): Decoded | undefined => {
  try {
    return decode(data)
  } catch {
    return undefined
  }
}
