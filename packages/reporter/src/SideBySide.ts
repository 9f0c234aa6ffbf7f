// The table that both pages show: what differs between the models, in the order of the guide's four questions
// (architecture, data, training, metrics).
import type { Summary } from "./Comparison.ts"
import * as Format from "./Format.ts"

export interface Row {
  readonly name: string
  /** one a model, in the order given; empty where it does not apply */
  readonly values: ReadonlyArray<string>
  /** taken on one machine: differs from run to run */
  readonly measured: boolean
}

export interface Group {
  readonly title: string
  readonly rows: ReadonlyArray<Row>
}

const row = (
  name: string,
  models: ReadonlyArray<Summary>,
  of: (model: Summary) => string | undefined
): Row => ({
  name,
  values: models.map((model) => of(model) ?? ""),
  measured: false
})
const measured = (each: Row): Row => ({ ...each, measured: true })

/** A row for each setting that any model has. */
const settings = (
  models: ReadonlyArray<Summary>,
  of: (model: Summary) => Readonly<Record<string, unknown>>,
  without: ReadonlyArray<string>
): ReadonlyArray<Row> =>
  [...new Set(models.flatMap((model) => Object.keys(of(model))))]
    .filter((key) => !without.includes(key))
    .map((key) =>
      row(Format.words(key), models, (model) =>
        of(model)[key] === undefined ? undefined : Format.setting(of(model)[key])
      )
    )

const metric = (name: string, models: ReadonlyArray<Summary>) =>
  row(Format.words(name), models, (model) => {
    const found = model.metrics.get(name)
    return found === undefined ? undefined : Format.interval(found.value, found.low, found.high)
  })

const cost = (name: string, key: string, models: ReadonlyArray<Summary>, format: (n: number) => string) =>
  measured(
    row(name, models, (model) => {
      const found = model.cost.get(key) ?? model.speed.get(key)
      return found === undefined ? undefined : format(found)
    })
  )

const shown = ({ values }: Row) => values.some((each) => each !== "")

const mostClasses = 40 // a table that a person still reads

/** What each class is right by; the most frequent ones where there are many. */
const ofClasses = (models: ReadonlyArray<Summary>): Group => {
  const support = new Map(
    models.flatMap(({ classes }) => classes.map(({ label, support }) => [label, support] as const))
  )
  const labels = [...support]
    .toSorted(([, a], [, b]) => b - a)
    .slice(0, mostClasses)
    .map(([label, n]) => ({ label, n }))
  return {
    title: "Class by class: F1 (precision, recall)",
    rows: labels.map(({ label, n }) =>
      row(`${label}, ${Format.count(n)} times`, models, ({ classes }) => {
        const found = classes.find((each) => each.label === label)
        return (
          found &&
          `${Format.value(found.f1)} (${Format.value(found.precision)}, ${Format.value(found.recall)})`
        )
      })
    )
  }
}

export const groups = (models: ReadonlyArray<Summary>): ReadonlyArray<Group> => {
  const metrics = [...new Set(models.flatMap((model) => [...model.metrics.keys()]))]
  const speeds = [...new Set(models.flatMap((model) => [...model.speed.keys()]))]
  const table: ReadonlyArray<Group> = [
    {
      title: "Architecture",
      rows: [
        row("family", models, ({ family }) => family),
        row("preset", models, ({ preset }) => preset),
        row("parameters", models, ({ parameters }) => Format.count(parameters)),
        row("weights", models, ({ weightBytes }) => Format.bytes(weightBytes)),
        row("context, tokens", models, ({ contextLength }) => Format.count(contextLength)),
        row("vocabulary", models, ({ vocabSize }) => Format.count(vocabSize)),
        ...settings(models, ({ architecture }) => architecture, [
          "vocabSize",
          "contextLength",
          "family",
          "preset"
        ])
      ]
    },
    {
      title: "Training data",
      rows: [
        row("tokens", models, ({ trainTokens }) => Format.count(trainTokens)),
        // pairs do not say how long their texts were
        row("text", models, ({ trainBytes }) => (trainBytes === 0 ? undefined : Format.bytes(trainBytes))),
        row("data digest", models, ({ trainedOn }) => trainedOn.slice(0, 12)),
        row("tokenizer digest", models, ({ tokenizer }) => tokenizer.slice(0, 12))
      ]
    },
    {
      title: "Training",
      rows: [
        row("steps done", models, ({ curve }) => curve && Format.count(curve.steps)),
        row("stopped", models, ({ curve }) => curve && `${curve.stopReason}, best at step ${curve.bestStep}`),
        ...settings(models, ({ training }) => training, ["family", "preset", "architecture"]),
        cost("time", "train_ms", models, Format.duration),
        cost("of it compiling", "compile_ms", models, Format.duration),
        cost("peak memory", "peak_rss_bytes", models, Format.bytes)
      ]
    },
    {
      title: "Metrics on held-out data",
      rows: [
        ...metrics.map((name) => metric(name, models)),
        ...speeds.map((name) =>
          cost(Format.words(name), name, models, (n) =>
            name.endsWith("_ms")
              ? Format.duration(n)
              : name.startsWith("milliseconds")
                ? Format.significant(n)
                : Format.count(n)
          )
        )
      ]
    }
  ]
  return [...table, ofClasses(models)]
    .map(({ title, rows }) => ({ title, rows: rows.filter(shown) }))
    .filter(({ rows }) => rows.length > 0)
}

/** Do all models that have a value have the same one? */
export const same = ({ values }: Row): boolean => new Set(values.filter((each) => each !== "")).size <= 1
