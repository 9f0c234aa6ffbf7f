// Where trainings write their event files, by what a person calls them.
import * as fs from "node:fs"
import * as path from "node:path"

export interface Place {
  /** empty for a folder outside any store */
  readonly pipeline: string
  /** label of the node, or a path */
  readonly name: string
  /** holds the event files */
  readonly folder: string
}

const isEvents = (name: string) => name.includes("tfevents")

const entries = (folder: string): ReadonlyArray<string> => {
  try {
    return fs.readdirSync(folder).toSorted()
  } catch {
    // not there, or a link whose workspace is gone
    return []
  }
}

/** Of a store, oldest event first: `<store>/tensorboard/<pipeline>/<node>`, see `TensorBoard.ts`. */
export const ofStore = (store: string): ReadonlyArray<Place> => {
  const root = path.join(store, "tensorboard")
  return entries(root)
    .flatMap((pipeline) =>
      entries(path.join(root, pipeline)).map((name) => ({
        pipeline,
        name,
        folder: path.join(root, pipeline, name)
      }))
    )
    .filter(({ folder }) => entries(folder).some(isEvents))
    .map((place) => ({ place, at: changed(place.folder) }))
    .toSorted((a, b) => a.at - b.at)
    .map(({ place }) => place)
}

/** When something was last written there. */
const changed = (folder: string): number =>
  Math.max(
    0,
    ...entries(folder)
      .filter(isEvents)
      .map((name) => fs.statSync(path.join(folder, name), { throwIfNoEntry: false })?.mtimeMs ?? 0)
  )

/** How deep a folder of runs is searched: a workspace has its event files two levels down. */
const DEPTH = 4

/** All below a folder that hold event files, named by the way to them. */
export const ofFolder = (folder: string): ReadonlyArray<Place> => {
  const found: Array<Place> = []
  const look = (at: string, depth: number) => {
    const names = entries(at)
    if (names.some(isEvents))
      found.push({ pipeline: "", name: path.relative(folder, at) || path.basename(folder), folder: at })
    if (depth > 0)
      for (const name of names)
        if (fs.statSync(path.join(at, name), { throwIfNoEntry: false })?.isDirectory() === true)
          look(path.join(at, name), depth - 1)
  }
  look(folder, DEPTH)
  return found
}

/** Those of a node: its label, or its name for all instances of its matrix. */
export const ofNode = (places: ReadonlyArray<Place>, node: string): ReadonlyArray<Place> =>
  places.filter(({ name }) => name === node || name.startsWith(`${node}[`))

/** Those of the pipeline that wrote last. */
export const ofLast = (places: ReadonlyArray<Place>): ReadonlyArray<Place> => {
  const last = places.at(-1)
  return places.filter(({ pipeline }) => pipeline === last?.pipeline)
}
