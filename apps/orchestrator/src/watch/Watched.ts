// The runs that were asked for, kept up to date: which there are, and what their event files say.
import { Series } from "@inkstone/trainer/events/Series"
import * as fs from "node:fs"
import type { Place } from "./Places.ts"
import { type Run, standing } from "./Run.ts"

export interface Watched {
  /** Looks again; runs that have started since are among them, those whose folder is gone are not. */
  readonly update: () => ReadonlyArray<Run>
}

export const watched = (places: () => ReadonlyArray<Place>): Watched => {
  const known = new Map<string, Series>()
  const seriesOf = (folder: string): Series => {
    // a node that runs again has another workspace behind the same link
    const real = fs.realpathSync(folder)
    const series = known.get(real) ?? new Series(real)
    known.set(real, series)
    series.update()
    return series
  }
  return {
    update: () =>
      places().flatMap(({ folder, name }) => {
        try {
          return [{ name, series: seriesOf(folder) }]
        } catch {
          // removed between listing and reading
          return []
        }
      })
  }
}

/** Points of a series that are told to programs; more are thinned out evenly, the last one always stays. */
const TOLD = 500

/** A run as a program wants it. */
export const toJson = (run: Run, nowSeconds: number, asked: ReadonlyArray<string>) => ({
  name: run.name,
  folder: run.series.folder,
  ...standing(run, nowSeconds),
  hparams: run.series.hparams,
  series: Object.fromEntries(
    Array.from(run.series.tags)
      .filter(
        ([tag]) => asked.length === 0 || asked.some((name) => tag === name || tag.startsWith(`${name}/`))
      )
      .map(([tag, { steps, values }]) => {
        const every = Math.max(1, Math.ceil(steps.length / TOLD))
        const kept = steps.map((_, i) => i).filter((i) => (steps.length - 1 - i) % every === 0)
        return [tag, { steps: kept.map((i) => steps[i]), values: kept.map((i) => values[i]) }]
      })
  )
})
