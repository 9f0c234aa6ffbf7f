// What the tab HParams shows: the settings of each run, how it ended, and which settings and metrics a search is about
// (tensorboard/plugins/hparams/{plugin_data,api}.proto, summary.py).
import { BinaryWriter } from "@bufbuild/protobuf/wire"
import * as Summary from "./Summary.ts"
import * as Wire from "./Wire.ts"

export type HParam = number | string | boolean
/** Name -> value, such as `{ learningRate: 3e-4, "optimizer.name": "adamw" }`. */
export type HParams = Readonly<Record<string, HParam>>

export interface Metric {
  /** tag of the scalars, such as `loss/validation` */
  readonly tag: string
  /** what the table's head says; the tag if left out */
  readonly name?: string
  /** a line about it */
  readonly about?: string
  readonly split: "train" | "validation"
}

export interface Experiment {
  readonly name: string
  /** Markdown */
  readonly about: string
  /** settings of every run: types and ranges are computed from them; the table has those that differ, or all of a single run */
  readonly runs: ReadonlyArray<HParams>
  readonly metrics: ReadonlyArray<Metric>
}

export type Ending = "success" | "failure"

const data = { version: 1, experiment: 2, start: 3, end: 4 }
const endings = { success: 1, failure: 2 }
const types = { string: 1, boolean: 2, number: 3 }
const splits = { train: 1, validation: 2 }

/** google.protobuf.Value */
const valueOf =
  (value: HParam): Wire.Message =>
  (writer) => {
    if (typeof value === "number") Wire.double(writer, 2, value)
    else if (typeof value === "string") Wire.text(writer, 3, value)
    else Wire.varint(writer, 4, value ? 1 : 0)
  }

const summary = (tag: string, field: number, message: Wire.Message): Wire.Message => {
  const content = new BinaryWriter()
  Wire.varint(content, data.version, 0)
  Wire.embedded(content, field, message)
  return Summary.hparams(tag, content.finish())
}

/**
 * A config as settings: nested fields get dotted names, lists are one text, and what is absent or null is left out.
 *
 * `{ rate: 0.1, optimizer: { name: "lion" } }` gives `{ rate: 0.1, "optimizer.name": "lion" }`.
 */
export const of = (config: object, prefix = ""): HParams => {
  const found: Record<string, HParam> = {}
  for (const [key, value] of Object.entries(config)) {
    const name = `${prefix}${key}`
    if (typeof value === "number" || typeof value === "string" || typeof value === "boolean")
      found[name] = value
    else if (Array.isArray(value)) found[name] = JSON.stringify(value)
    else if (typeof value === "object" && value !== null) Object.assign(found, of(value, `${name}.`))
  }
  return found
}

/** A run starts, with these settings; runs of one `group` (those that differ only by seed) are averaged in the table. */
export const started = (
  hparams: HParams,
  { group, wallSeconds }: { readonly group: string; readonly wallSeconds: number }
): Wire.Message =>
  summary("_hparams_/session_start_info", data.start, (info) => {
    for (const [name, value] of Object.entries(hparams))
      Wire.embedded(info, 1, (entry) => {
        Wire.text(entry, 1, name)
        Wire.embedded(entry, 2, valueOf(value))
      })
    Wire.text(info, 4, group)
    Wire.double(info, 5, wallSeconds)
  })

/** A run ends. */
export const ended = (ending: Ending, wallSeconds: number): Wire.Message =>
  summary("_hparams_/session_end_info", data.end, (info) => {
    Wire.varint(info, 1, endings[ending])
    Wire.double(info, 2, wallSeconds)
  })

/** What several runs are about; belongs into one run above them. */
export const experiment = ({ about, metrics, name, runs }: Experiment, wallSeconds: number): Wire.Message =>
  summary("_hparams_/experiment", data.experiment, (message) => {
    Wire.text(message, 6, name)
    Wire.text(message, 1, about)
    Wire.double(message, 3, wallSeconds)
    const names = [...new Set(runs.flatMap((hparams) => Object.keys(hparams)))]
    const differing = names.filter((name) => new Set(runs.map((hparams) => hparams[name])).size > 1)
    for (const name of differing.length > 0 ? differing : names)
      Wire.embedded(
        message,
        4,
        info(
          name,
          runs.flatMap((hparams) => hparams[name] ?? [])
        )
      )
    for (const metric of metrics) Wire.embedded(message, 5, metricInfo(metric))
  })

/** HParamInfo: numbers have a range, everything else a list. */
const info = (name: string, values: ReadonlyArray<HParam>): Wire.Message => {
  const kinds = new Set(values.map((value) => typeof value))
  const numbers = values.filter((value) => typeof value === "number")
  const distinct = [...new Set(values)]
  return (writer) => {
    Wire.text(writer, 1, name)
    if (numbers.length === values.length) {
      Wire.varint(writer, 4, types.number)
      Wire.embedded(writer, 6, (interval) => {
        Wire.double(interval, 1, Math.min(...numbers))
        Wire.double(interval, 2, Math.max(...numbers))
      })
    } else {
      const truths = kinds.size === 1 && kinds.has("boolean")
      Wire.varint(writer, 4, truths ? types.boolean : types.string)
      Wire.embedded(writer, 5, (list) => {
        for (const value of distinct) Wire.embedded(list, 1, valueOf(truths ? value : String(value)))
      })
    }
    Wire.varint(writer, 7, distinct.length > 1 ? 1 : 0)
  }
}

const metricInfo =
  ({ about, name, split, tag }: Metric): Wire.Message =>
  (writer) => {
    Wire.embedded(writer, 1, (metric) => Wire.text(metric, 2, tag))
    if (name !== undefined) Wire.text(writer, 3, name)
    if (about !== undefined) Wire.text(writer, 4, about)
    Wire.varint(writer, 5, splits[split])
  }
