// Every kind of event, as TensorBoard itself reads it. What the bytes are is in EventBytes.test.ts.
import { assert, describe, it } from "@effect/vitest"
import { graphBytes, type NodeDef } from "@inkstone/graph/GraphDef"
import * as EventFile from "@inkstone/trainer/EventFile"
import * as HParams from "@inkstone/trainer/events/HParams"
import { Effect } from "effect"
import * as fs from "node:fs"
import * as path from "node:path"
import { noPeers, temporaryFolder, tensorBoardOf } from "./peers.ts"

const wall = 1.7e9

interface Seen {
  readonly scalars: Record<string, unknown>
  readonly histograms: Record<string, Record<string, ReadonlyArray<[number, ReadonlyArray<unknown>]>>>
  readonly texts: Record<string, unknown>
  readonly graphs: Record<
    string,
    { readonly bytes: number; readonly nodes: unknown; readonly constants: unknown }
  >
  readonly hparams: {
    readonly experiment: {
      readonly name?: string
      readonly hparamInfos?: unknown
      readonly metricInfos?: unknown
    }
    readonly groups: ReadonlyArray<{
      readonly name: string
      readonly hparams: unknown
      readonly metricValues: ReadonlyArray<{ readonly value: number }>
      readonly sessions: ReadonlyArray<{ readonly name: string; readonly status: string }>
    }>
  }
}

const isSeen = (value: unknown): value is Seen =>
  typeof value === "object" && value !== null && "hparams" in value

const seen = (folder: string): Seen => {
  const read: unknown = tensorBoardOf(folder)
  if (!isSeen(read)) throw new Error("the reader said something else")
  return read
}

const constant = (name: string, count: number): NodeDef => ({
  name,
  op: "Const",
  inputs: [],
  attributes: {
    dtype: { type: "float32" },
    value: {
      tensor: { dtype: "float32", shape: [count], values: Array.from({ length: count }, (_, i) => i) }
    }
  }
})

/** A large and a small constant, a variable, an operation. */
const graphDef = graphBytes(
  [
    constant("train/large", 4096),
    constant("train/small", 2),
    { name: "h.0.weight", op: "VarHandleOp", inputs: [], attributes: {} },
    { name: "read/h.0.weight", op: "ReadVariableOp", inputs: ["h.0.weight"], attributes: {} },
    { name: "train/Add", op: "AddV2", inputs: ["train/large", "^h.0.weight"], attributes: {} }
  ],
  []
)

const needsPeers = it.effect.skipIf(noPeers !== "")

describe("TensorBoard", () => {
  needsPeers(
    `reads numbers, histograms, texts and the graph of a run with their values${noPeers}`,
    () =>
      Effect.gen(function* () {
        const folder = yield* temporaryFolder
        const events = yield* EventFile.open(path.join(folder, "gpt[preset=nano]"), {
          firstStep: 1,
          wallSeconds: wall
        })
        yield* events.graph(wall, graphDef)
        yield* events.scalars(1, wall + 1, { "loss/train": 3.5 })
        yield* events.histograms(1, wall + 1, {
          "weights/a": Float32Array.from({ length: 31 }, (_, i) => i),
          "weights/b": Float32Array.of(2, 2)
        })
        yield* events.texts(1, wall + 1, { "sample/1": "*Once* upon a time 从前\n\n- one" })
        const { graphs, histograms, scalars, texts } = seen(folder)
        const run = "gpt[preset=nano]"
        assert.deepStrictEqual(scalars, { [run]: { "loss/train": [[1, 3.5]] } })
        assert.deepStrictEqual(texts, { [run]: { "sample/1": [[1, "*Once* upon a time 从前\n\n- one"]] } })
        const found = histograms[run]!
        assert.deepStrictEqual(
          found["weights/a"],
          // 31 values over 30 buckets of width 1: the greatest shares the last one
          [[1, Array.from({ length: 30 }, (_, i) => [i, i + 1, i === 29 ? 2 : 1])]]
        )
        assert.deepStrictEqual(found["weights/b"]![0]![1].at(-1), [2, 2, 2])
        const graph = graphs[run]!
        assert.deepStrictEqual(graph.nodes, [
          ["train/large", "Const", []],
          ["train/small", "Const", []],
          // scopes instead of dots; what only reads a variable for a checkpoint is left out
          ["h/0/weight", "VarHandleOp", []],
          ["train/Add", "AddV2", ["train/large", "^h/0/weight"]]
        ])
        // dtype and shape are left of the large one
        assert.deepStrictEqual(graph.constants, { "train/large": [[4096], 9], "train/small": [[2], 18] })
        assert.isBelow(graph.bytes, 400)
      }),
    60_000
  )

  needsPeers(
    `shows a search as a table: settings, ranges, metrics and how each run ended${noPeers}`,
    () =>
      Effect.gen(function* () {
        const folder = yield* temporaryFolder
        const settings = [
          { learningRate: 1e-3, optimizer: { name: "adamw", fused: true }, layers: 2 },
          { learningRate: 1e-2, optimizer: { name: "lion", fused: true }, layers: 2 },
          { learningRate: 1e-1, optimizer: { name: "lion", fused: true }, layers: 2 }
        ].map((config) => HParams.of(config))
        const above = yield* EventFile.open(folder, { firstStep: 0, wallSeconds: wall })
        yield* above.experiment(wall, {
          name: "rates",
          about: "Three rates",
          runs: settings,
          metrics: [{ tag: "loss/validation", name: "validation loss", about: "nats", split: "validation" }]
        })
        for (const [i, hparams] of settings.entries()) {
          const run = yield* EventFile.open(path.join(folder, `trial-${i}`), {
            firstStep: 1,
            wallSeconds: wall
          })
          yield* run.started(wall, hparams)
          yield* run.scalars(5, wall + 5, { "loss/validation": i + 0.5, "loss/train": 1 })
          if (i < 2) yield* run.ended(wall + 9, i === 0 ? "success" : "failure")
        }
        const { experiment, groups } = seen(folder).hparams
        assert.strictEqual(experiment.name, "rates")
        // every run has two layers and a fused optimizer: that tells nothing apart
        assert.deepStrictEqual(experiment.hparamInfos, [
          {
            name: "learningRate",
            type: "DATA_TYPE_FLOAT64",
            domainInterval: { minValue: 1e-3, maxValue: 1e-1 },
            differs: true
          },
          {
            name: "optimizer.name",
            type: "DATA_TYPE_STRING",
            domainDiscrete: ["adamw", "lion"],
            differs: true
          }
        ])
        assert.deepStrictEqual(experiment.metricInfos, [
          {
            name: { tag: "loss/validation" },
            displayName: "validation loss",
            description: "nats",
            datasetType: "DATASET_VALIDATION"
          }
        ])
        const table = groups.map(({ hparams, metricValues, sessions }) => ({
          hparams,
          loss: metricValues[0]?.value,
          run: sessions[0]?.name,
          status: sessions[0]?.status ?? "said nothing"
        }))
        assert.deepStrictEqual(table, [
          { hparams: { ...settings[0] }, loss: 0.5, run: "trial-0", status: "STATUS_SUCCESS" },
          { hparams: { ...settings[1] }, loss: 1.5, run: "trial-1", status: "STATUS_FAILURE" },
          { hparams: { ...settings[2] }, loss: 2.5, run: "trial-2", status: "said nothing" }
        ])
      }),
    60_000
  )

  needsPeers(
    `averages runs that differ by their seed alone${noPeers}`,
    () =>
      Effect.gen(function* () {
        const folder = yield* temporaryFolder
        for (const [seed, loss] of [
          [1, 2],
          [2, 4]
        ] as const) {
          const run = yield* EventFile.open(path.join(folder, `seed-${seed}`), {
            firstStep: 1,
            wallSeconds: wall
          })
          yield* run.started(wall, { learningRate: 0.5 }, { group: "rate=0.5" })
          yield* run.scalars(1, wall, { "loss/validation": loss })
        }
        const { groups } = seen(folder).hparams
        assert.deepStrictEqual(
          groups.map(({ metricValues, name, sessions }) => [name, metricValues[0]?.value, sessions.length]),
          [["rate=0.5", 3, 2]]
        )
      }),
    60_000
  )

  needsPeers(
    `reads all but the last record of a file that a kill cut off at any byte${noPeers}`,
    () =>
      Effect.gen(function* () {
        const folder = yield* temporaryFolder
        const written = yield* EventFile.open(path.join(folder, "whole"), { firstStep: 1, wallSeconds: wall })
        yield* written.texts(1, wall, { "sample/1": "kept" })
        const before = fs.statSync(written.path).size
        yield* written.texts(2, wall, { "sample/1": "lost" })
        const whole = fs.readFileSync(written.path)
        // the start of the record, its header, its data, all but the last byte
        for (const cut of [before, before + 1, before + 12, before + 40, whole.length - 1]) {
          fs.mkdirSync(path.join(folder, `cut-${cut}`))
          fs.writeFileSync(
            path.join(folder, `cut-${cut}`, path.basename(written.path)),
            whole.subarray(0, cut)
          )
        }
        const { texts } = seen(folder)
        const { whole: all, ...cuts } = texts
        assert.deepStrictEqual(all, {
          "sample/1": [
            [1, "kept"],
            [2, "lost"]
          ]
        })
        assert.strictEqual(Object.keys(cuts).length, 5)
        for (const each of Object.values(cuts)) assert.deepStrictEqual(each, { "sample/1": [[1, "kept"]] })
      }),
    60_000
  )
})
