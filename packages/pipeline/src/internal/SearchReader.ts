// Reads the `search:` block of a node: its shape, ranges that make sense, and nothing that the method does not know.
import type { Schema } from "effect"
import type { Path } from "../PipelineDefinition.ts"
import {
  type Dimension,
  type Distribution,
  type Halving,
  methods,
  type Objective,
  type SearchDefinition
} from "../search/SearchDefinition.ts"
import * as Space from "../search/Space.ts"
import { FileReader, kindOf } from "./FileReader.ts"

const searchKeys = ["method", "trials", "seed", "space", "objective", "halving"]
const objectiveKeys = ["node", "output", "attribute", "metric", "mode"]
const halvingKeys = ["over", "min", "max", "factor"]
const ranges = {
  uniform: { scale: "linear", whole: false },
  logUniform: { scale: "log", whole: false },
  int: { scale: "linear", whole: true },
  logInt: { scale: "log", whole: true }
} as const
const dimensionKeys = ["choices", ...Object.keys(ranges), "step", "points", "when"]

export class SearchReader extends FileReader {
  /** `id` is the node's. Undefined where the node has no search, or none that could be read. */
  search(id: string, value: unknown): SearchDefinition | undefined {
    if (value === undefined || value === null) return undefined
    const at = ["nodes", id, "search"]
    const given = this.keys(value, at, { what: "a search", known: searchKeys })
    const method = this.#method(given["method"], at)
    if (method === undefined) return undefined
    const space = this.#space(given["space"], [...at, "space"])
    const trials = this.whole(given["trials"], [...at, "trials"], 1)
    const seed = this.whole(given["seed"], [...at, "seed"], 0)
    const halves = method === "halving" || method === "asha"
    if (method === "grid") this.#forGrid(given, space, at)
    else if (trials === undefined && given["trials"] === undefined)
      this.problems.addKey(
        [...at, "trials"],
        `a search by ${method} needs a number of trials`,
        "add trials: 27"
      )
    if (!halves && given["halving"] !== undefined)
      this.problems.addKey([...at, "halving"], `a search by ${method} halves nothing`, "say method: halving")
    const halving = halves ? this.#halving(given["halving"], [...at, "halving"]) : undefined
    const objective = this.#objective(given["objective"], [...at, "objective"])
    return {
      method,
      space,
      ...(trials === undefined ? {} : { trials }),
      ...(seed === undefined ? {} : { seed }),
      ...(objective === undefined ? {} : { objective }),
      ...(halving === undefined ? {} : { halving })
    }
  }

  #method(value: unknown, at: Path): SearchDefinition["method"] | undefined {
    const method = methods.find((name) => name === value)
    if (method !== undefined) return method
    const problem = value === undefined ? "a search needs a method" : `there is no method ${kindOf(value)}`
    this.problems.unknown([...at, "method"], "value", { problem, name: String(value), known: methods })
    return undefined
  }

  #forGrid(given: Readonly<Record<string, unknown>>, space: ReadonlyArray<Dimension>, at: Path): void {
    if (given["trials"] !== undefined)
      this.problems.addKey(
        [...at, "trials"],
        "a grid tries all there is",
        "remove trials, or say method: random"
      )
    for (const { distribution, path } of space) {
      if (Space.points(distribution) === undefined)
        this.problems.add(
          [...at, "space", path],
          `a grid needs to know which values of ${path} to try`,
          "add points: 3, or list them"
        )
    }
  }

  #space(value: unknown, at: Path): ReadonlyArray<Dimension> {
    const entries = Object.entries(this.record(value, at))
    if (entries.length === 0)
      this.problems.addKey(
        at,
        "a search needs a space",
        "add space: { learningRate: { logUniform: [1e-4, 1e-2] } }"
      )
    const names = entries.map(([path]) => path)
    return entries.flatMap(([path, given], index) => {
      const problems = this.problems.count
      const when = this.#when(given, [...at, path], { later: names.slice(index) })
      const distribution = this.#distribution(given, [...at, path])
      return distribution === undefined || this.problems.count > problems
        ? []
        : [{ path, distribution, when }]
    })
  }

  #distribution(value: unknown, at: Path): Distribution | undefined {
    if (Array.isArray(value)) return this.#choices(value, at)
    const given = this.keys(value, at, { what: "a range of a space", known: dimensionKeys })
    const kinds = Object.keys(given).filter((key) => key === "choices" || key in ranges)
    const [kind] = kinds
    if (kind === undefined || kinds.length > 1) {
      const problem = kind === undefined ? "says no values" : `says both ${kinds.join(" and ")}`
      this.problems.add(
        at,
        `${at.at(-1)} ${problem}`,
        `give one of choices, ${Object.keys(ranges).join(", ")}`
      )
      return undefined
    }
    if (kind === "choices") return this.#choices(given["choices"], [...at, "choices"])
    return this.#range(kind, given, at)
  }

  #choices(value: unknown, at: Path): Distribution | undefined {
    if (!Array.isArray(value) || value.length === 0) {
      this.problems.add(at, `choices should be a list of values, found ${kindOf(value)}`)
      return undefined
    }
    const values = value.flatMap((item, index) => this.json(item, [...at, index]))
    const texts = values.map((item) => JSON.stringify(item))
    const twice = texts.findIndex((text, index) => texts.indexOf(text) < index)
    if (twice !== -1) this.problems.add([...at, twice], `${texts[twice]} is listed twice`)
    return { type: "choices", values }
  }

  #range(kind: string, given: Readonly<Record<string, unknown>>, at: Path): Distribution | undefined {
    const { scale, whole } = Object.entries(ranges).find(([name]) => name === kind)?.[1] ?? ranges.uniform
    const place = [...at, kind]
    const [low, high, ...rest] = Array.isArray(given[kind]) ? given[kind] : []
    if (typeof low !== "number" || typeof high !== "number" || rest.length > 0) {
      this.problems.add(place, `${kind} should be [least, greatest], found ${kindOf(given[kind])}`)
      return undefined
    }
    if (!(low < high)) this.problems.add(place, `${kind}: ${low} is not less than ${high}`)
    if (scale === "log" && low <= 0)
      this.problems.add([...place, 0], `${kind} should begin above 0, found ${low}`, "logarithms have no 0")
    if (whole && !(Number.isSafeInteger(low) && Number.isSafeInteger(high)))
      this.problems.add(place, `${kind} should be two whole numbers, found ${low} and ${high}`)
    const step = this.positive(given["step"], [...at, "step"])
    if (step !== undefined && scale === "log")
      this.problems.addKey(
        [...at, "step"],
        `${kind} takes no step`,
        "use points, or a range that is not logarithmic"
      )
    if (step !== undefined && whole && !Number.isSafeInteger(step))
      this.problems.add([...at, "step"], `${kind} takes whole steps, found ${step}`)
    const points = this.whole(given["points"], [...at, "points"], 1)
    return {
      type: "range",
      scale,
      low,
      high,
      whole,
      ...(step === undefined ? {} : { step }),
      ...(points === undefined ? {} : { points })
    }
  }

  #when(value: unknown, at: Path, { later }: { readonly later: ReadonlyArray<string> }): Dimension["when"] {
    if (typeof value !== "object" || value === null || !("when" in value)) return {}
    const entries = Object.entries(this.record(value.when, [...at, "when"]))
    return Object.fromEntries(
      entries.map(([path, wanted]): [string, ReadonlyArray<Schema.Json>] => {
        const place = [...at, "when", path]
        if (later.includes(path))
          this.problems.addKey(place, `${path} is not known yet`, "put it further up in the space")
        return [path, [wanted].flat().flatMap((item, index) => this.json(item, [...place, index]))]
      })
    )
  }

  #objective(value: unknown, at: Path): Objective | undefined {
    if (value === undefined) return undefined
    const given = this.keys(value, at, { what: "an objective", known: objectiveKeys })
    const texts = (["node", "output", "attribute", "metric"] as const).flatMap((key) =>
      given[key] === undefined ? [] : [[key, this.text(given[key], [...at, key])] as const]
    )
    if (given["attribute"] !== undefined && given["metric"] !== undefined)
      this.problems.add(at, "an objective is an attribute or a metric, not both")
    const mode = (["min", "max"] as const).find((name) => name === given["mode"])
    if (mode === undefined && given["mode"] !== undefined)
      this.problems.add([...at, "mode"], `mode should be min or max, found ${kindOf(given["mode"])}`)
    return { ...Object.fromEntries(texts), ...(mode === undefined ? {} : { mode }) }
  }

  #halving(value: unknown, at: Path): Halving | undefined {
    const given = this.keys(value, at, { what: "halving", known: halvingKeys })
    const over = given["over"] === undefined ? "steps" : this.text(given["over"], [...at, "over"])
    const min = this.whole(given["min"], [...at, "min"], 1)
    const max = this.whole(given["max"], [...at, "max"], 1)
    const factor = given["factor"] === undefined ? 3 : this.positive(given["factor"], [...at, "factor"])
    for (const name of ["min", "max"]) {
      if (given[name] === undefined)
        this.problems.addKey(
          at,
          `halving needs ${name}: how long its trials last`,
          "say halving: { min: 100, max: 900 }"
        )
    }
    if (factor !== undefined && factor < 2)
      this.problems.add([...at, "factor"], `factor should be at least 2, found ${factor}`)
    if (min === undefined || max === undefined || factor === undefined || factor < 2) return undefined
    if (min >= max) this.problems.add([...at, "min"], `min should be below max, ${max}, found ${min}`)
    return { over, min, max, factor }
  }
}
