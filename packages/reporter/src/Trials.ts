// Trials of a search side by side: from best to worst, with what differs between them and nothing else.
import { primaryOf, score, type Summary } from "./Comparison.ts"
import * as Format from "./Format.ts"

export interface Trials {
  readonly metric: string
  /** settings that differ */
  readonly settings: ReadonlyArray<string>
  readonly rows: ReadonlyArray<{
    readonly label: string
    readonly value: string
    readonly settings: ReadonlyArray<string>
    readonly cost: string
  }>
}

const fewest = 3

type Settings = Readonly<Record<string, unknown>>

/** `{ optimizer: { name: "adamw" } }` as `optimizer.name`. */
const flat = (settings: Settings, path = ""): ReadonlyArray<readonly [string, unknown]> =>
  Object.entries(settings).flatMap(([name, value]) =>
    typeof value === "object" && value !== null && !Array.isArray(value)
      ? flat({ ...value }, `${path}${name}.`)
      : [[`${path}${name}`, value] as const]
  )

/** Undefined where fewer than three models of one family were trained, or nothing differs in how. */
export const trials = (models: ReadonlyArray<Summary>): Trials | undefined => {
  const families = Map.groupBy(
    models.filter((model) => primaryOf(model) !== undefined),
    ({ family }) => family
  )
  const [own = []] = [...families.values()].toSorted((a, b) => b.length - a.length)
  const metric = own[0]?.primary
  if (own.length < fewest || metric === undefined) return undefined
  const settingsOf = own.map(
    ({ architecture, training }) =>
      new Map(
        [...flat(architecture), ...flat(training)]
          .filter(([name]) => !name.startsWith("architecture."))
          .map(([name, value]) => [name, Format.setting(value)])
      )
  )
  const names = [...new Set(settingsOf.flatMap((settings) => [...settings.keys()]))].filter(
    (name) => new Set(settingsOf.map((settings) => settings.get(name))).size > 1
  )
  if (names.length === 0) return undefined
  const rows = own
    .map((model, i) => ({ model, settings: settingsOf[i]! }))
    .toSorted((a, b) => score(a.model) - score(b.model))
    .map(({ model, settings }) => {
      const { high, low, value } = primaryOf(model)!
      const time = model.cost.get("train_ms")
      return {
        label: model.label,
        value: Format.interval(value, low, high),
        settings: names.map((name) => settings.get(name) ?? ""),
        cost: time === undefined ? "" : Format.duration(time)
      }
    })
  return { metric, settings: names, rows }
}
