import { Effect } from "effect"
import * as fs from "node:fs"
import path from "node:path"
import { describe, expect, it } from "vitest"
import * as TensorBoard from "../src/TensorBoard.ts"
import * as Experiment from "../src/watch/Experiment.ts"
import * as Places from "../src/watch/Places.ts"
import { finished, progressed, started } from "./events.ts"
import { temporary } from "./inkstone.ts"
import { train } from "./watch/runs.ts"

/** A workspace with an event file; `seconds` since 1970 is when it was written. */
const workspace = (root: string, key: string, seconds = 1.7e9) => {
  const folder = path.join(root, "work", key, "tensorboard")
  fs.mkdirSync(folder, { recursive: true })
  const file = path.join(folder, "events.out.tfevents.0000000001.inkstone")
  fs.writeFileSync(file, "")
  fs.utimesSync(file, seconds, seconds)
  return folder
}

const names = (places: ReadonlyArray<Places.Place>) =>
  places.map(({ name, pipeline }) => `${pipeline}/${name}`)

const keyed = (node: string, key: string) => ({ ...started(node), key })
const step = (node: string) => progressed(node, { done: 1, total: 2, unit: "steps" })
const planned = { type: "planned", pipeline: "book", nodes: [] } as const

describe("the folder of a pipeline", () => {
  it("links each node that trains by its label, as soon as it has begun to write", async () => {
    await using store = await temporary()
    const board = TensorBoard.links(store.path, "book")
    const link = path.join(store.path, "tensorboard/book/gpt[rate=a-b]")
    board.on(keyed("gpt[rate=a/b]", "k1"), 0)
    board.on(step("gpt[rate=a/b]"), 1)
    expect(fs.existsSync(link)).toBe(false)
    const folder = workspace(store.path, "k1")
    board.on(step("gpt[rate=a/b]"), 600)
    expect(fs.realpathSync(link)).toBe(fs.realpathSync(folder))
    // a store can be moved
    expect(path.isAbsolute(fs.readlinkSync(link))).toBe(false)
  })

  it("has no entry for a node that does not train", async () => {
    await using store = await temporary()
    const board = TensorBoard.links(store.path, "book")
    board.on(planned, 0)
    board.on(keyed("corpus", "k1"), 0)
    board.on(finished("corpus", "ran"), 1)
    expect(fs.existsSync(path.join(store.path, "tensorboard"))).toBe(false)
  })

  it("leads to the newest workspace of a name, also of a hit, and loses links that lead nowhere", async () => {
    await using store = await temporary()
    const link = path.join(store.path, "tensorboard/book/gpt")
    for (const key of ["k1", "k2"]) {
      const folder = workspace(store.path, key)
      const event = finished("gpt", "hit")
      TensorBoard.links(store.path, "book").on(
        event.type === "node-finished" ? { ...event, result: { ...event.result, key } } : event,
        0
      )
      expect(fs.realpathSync(link)).toBe(fs.realpathSync(folder))
    }
    fs.rmSync(path.join(store.path, "work"), { recursive: true })
    TensorBoard.links(store.path, "book").on(planned, 0)
    expect(fs.readdirSync(path.dirname(link))).toEqual([])
  })
})

describe("the table of a pipeline's trainings", () => {
  it("is written anew after each run that leaves several, and names what differs", async () => {
    await using store = await temporary()
    const folder = TensorBoard.folderOf(store.path, "book")
    const written = () => fs.readdirSync(folder).filter((name) => name.includes("tfevents"))
    for (const [i, rate] of [0.25, 0.5].entries()) {
      const key = `k${i}`
      await train({
        folder: path.join(store.path, "work", key, "tensorboard"),
        lastSeconds: 1.7e9,
        steps: 10,
        hparams: { rate, layers: 2 },
        loss: () => 1
      })
      const board = TensorBoard.links(store.path, "book")
      board.on(keyed(`gpt[rate=${rate}]`, key), 0)
      board.on(step(`gpt[rate=${rate}]`), 1)
      await Effect.runPromise(Experiment.write(folder, "book"))
      // one training needs no table
      expect(written()).toHaveLength(i)
    }
    await Effect.runPromise(Experiment.write(folder, "book"))
    expect(written()).toHaveLength(1)
    const bytes = fs.readFileSync(path.join(folder, written()[0]!), "latin1")
    for (const said of ["_hparams_/experiment", "rate", "loss/validation"]) expect(bytes).toContain(said)
    expect(bytes).not.toContain("layers")
  })

  it("costs no run anything where it cannot be written", async () => {
    await using store = await temporary()
    const file = path.join(store.path, "a file")
    fs.writeFileSync(file, "")
    const exit = await Effect.runPromiseExit(Experiment.write(file, "book"))
    expect(exit._tag).toBe("Success")
  })
})

describe("places", () => {
  it("are those of the pipeline that wrote last, of a node, or below a folder", async () => {
    await using store = await temporary()
    for (const [pipeline, node, key, seconds] of [
      ["old", "gpt", "k1", 1.6e9],
      ["new", "gpt[preset=nano]", "k2", 1.65e9],
      ["new", "bert", "k3", 1.7e9]
    ] as const) {
      workspace(store.path, key, seconds)
      const board = TensorBoard.links(store.path, pipeline)
      board.on(keyed(node, key), 0)
      board.on(step(node), 1)
    }
    const all = Places.ofStore(store.path)
    expect(names(all)).toEqual(["old/gpt", "new/gpt[preset=nano]", "new/bert"])
    expect(names(Places.ofLast(all))).toEqual(["new/gpt[preset=nano]", "new/bert"])
    expect(names(Places.ofNode(all, "gpt"))).toEqual(["old/gpt", "new/gpt[preset=nano]"])
    expect(names(Places.ofNode(all, "gpt[preset=nano]"))).toEqual(["new/gpt[preset=nano]"])
    expect(names(Places.ofFolder(path.join(store.path, "work")))).toEqual([
      "/k1/tensorboard",
      "/k2/tensorboard",
      "/k3/tensorboard"
    ])
    // a link whose workspace is gone is no place
    fs.rmSync(path.join(store.path, "work/k3"), { recursive: true })
    expect(names(Places.ofStore(store.path))).toEqual(["old/gpt", "new/gpt[preset=nano]"])
  })
})
