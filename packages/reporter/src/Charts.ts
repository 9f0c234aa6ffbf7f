// The three pictures of the report: intervals, learning curves, and quality against size and speed.
import { primaryOf, score, type Summary } from "./Comparison.ts"
import * as Format from "./Format.ts"
import { axes, drawing, element, label, linear, logarithmic, series } from "./Svg.ts"

/** `accuracy (share of texts)`, or `bits per byte` alone where the unit says no more */
const titleOf = (models: ReadonlyArray<Summary>): string => {
  const model = models.find((each) => primaryOf(each) !== undefined)
  const unit = model && primaryOf(model)?.unit
  const name = Format.words(model?.primary ?? "")
  return unit === undefined || unit === name ? name : `${name} (${unit})`
}

/** The metric of each model that it is ranked by, with its interval. */
export const intervals = (models: ReadonlyArray<Summary>, order: ReadonlyArray<Summary>): string => {
  const shown = models.filter((model) => primaryOf(model) !== undefined)
  const frame = { width: 720, height: 76 + 40 * shown.length, left: 190, right: 70, top: 28, bottom: 44 }
  const values = shown.map((model) => primaryOf(model)!)
  const better = values[0]?.better ?? "lower"
  const low = Math.min(...values.map((each) => each.low))
  const high = Math.max(...values.map((each) => each.high))
  const x = linear([low, high], [frame.left, frame.width - frame.right])
  const rows = shown.map((model, i) => {
    const { high, low, value } = primaryOf(model)!
    const y = frame.top + 20 + 40 * i
    return element(
      "g",
      { class: series(order.indexOf(model)) },
      label(model.label, { class: "name", x: frame.left - 14, y: y + 4, "text-anchor": "end" }),
      element("line", { class: "whisker", x1: x.at(low), x2: x.at(high), y1: y, y2: y }),
      element(
        "circle",
        { class: "dot", cx: x.at(value), cy: y, r: 6 },
        element("title", {}, `${model.label}: ${Format.interval(value, low, high)}`)
      ),
      label(Format.value(value), { class: "value", x: x.at(high) + 12, y: y + 4, "text-anchor": "start" })
    )
  })
  const grid = x.ticks.map(
    (tick) =>
      element("line", {
        class: "grid",
        x1: x.at(tick),
        x2: x.at(tick),
        y1: frame.top,
        y2: frame.height - frame.bottom
      }) +
      label(Format.significant(tick), {
        class: "tick",
        x: x.at(tick),
        y: frame.height - frame.bottom + 18,
        "text-anchor": "middle"
      })
  )
  const title = label(`${titleOf(shown)} on held-out data (${better} is better)`, {
    class: "title",
    x: (frame.left + frame.width - frame.right) / 2,
    y: frame.height - 6,
    "text-anchor": "middle"
  })
  return drawing(frame, `${titleOf(shown)} with intervals`, ...grid, ...rows, title)
}

const polyline = (points: ReadonlyArray<readonly [number, number]>, kind: string) =>
  element("polyline", {
    class: kind,
    points: points.map(([x, y]) => `${x.toFixed(1)},${y.toFixed(1)}`).join(" ")
  })

/** Means over equal runs of steps, so that a long training stays a light drawing. */
const thinned = (
  x: Float64Array,
  y: Float64Array,
  most: number
): ReadonlyArray<readonly [number, number]> => {
  const each = Math.max(1, Math.ceil(x.length / most))
  return Array.from({ length: Math.ceil(x.length / each) }, (_, i) => {
    const values = y.subarray(i * each, (i + 1) * each)
    const place = x.subarray(i * each, (i + 1) * each)
    return [place.at(-1)!, values.reduce((sum, n) => sum + n, 0) / values.length] as const
  })
}

/** Training loss (thin) and validation loss (thick, with dots) against tokens seen; a drawing for each unit of a loss. */
export const learningCurves = (models: ReadonlyArray<Summary>): ReadonlyArray<string> => {
  const trained = models.filter(({ curve }) => curve !== undefined && curve.step.length > 1)
  const units = Map.groupBy(trained, ({ curve }) => curve!.unit)
  return [...units].map(([unit, own]) => curvesOf(own, unit, models))
}

const curvesOf = (trained: ReadonlyArray<Summary>, unit: string, models: ReadonlyArray<Summary>): string => {
  const frame = { width: 720, height: 380, left: 64, right: 24, top: 36, bottom: 48 }
  const drawn = trained.map((model) => {
    const { evaluated, lossNats, step, tokensSeen } = model.curve!
    const tokensAt = new Map(Array.from(step, (each, i) => [each, tokensSeen[i]!]))
    return {
      model,
      training: thinned(tokensSeen, lossNats, 150),
      validation: Array.from(
        evaluated.step,
        (each, i) => [tokensAt.get(each) ?? 0, evaluated.lossNats[i]!] as const
      )
    }
  })
  const all = drawn.flatMap(({ training, validation }) => [...training, ...validation])
  const losses = all.map(([, loss]) => loss)
  const x = linear(
    [0, Math.max(...all.map(([tokens]) => tokens))],
    [frame.left, frame.width - frame.right],
    8
  )
  const y = linear([Math.min(...losses), Math.max(...losses)], [frame.height - frame.bottom, frame.top])
  const place = ([tokens, loss]: readonly [number, number]) => [x.at(tokens), y.at(loss)] as const
  const lines = drawn.map(({ model, training, validation }) =>
    element(
      "g",
      { class: series(models.indexOf(model)) },
      polyline(training.map(place), "train"),
      polyline(validation.map(place), "validation"),
      ...validation.map((point) =>
        element(
          "circle",
          { class: "dot", cx: place(point)[0], cy: place(point)[1], r: 3.5 },
          element(
            "title",
            {},
            `${model.label}: validation loss ${Format.value(point[1])} ${unit} after ${Format.count(point[0])} tokens`
          )
        )
      )
    )
  )
  return drawing(
    frame,
    "Learning curves",
    axes(
      frame,
      { scale: x, title: "tokens seen", format: Format.count },
      { scale: y, title: `loss in ${unit}`, format: Format.significant }
    ),
    ...lines
  )
}

export interface ParetoAxis {
  readonly title: string
  readonly format: (value: number) => string
  readonly of: (model: Summary) => number | undefined
  /** `lower` for a size, `higher` for a speed */
  readonly better: "lower" | "higher"
}

/** Models that no other one beats on both axes. */
export const frontier = (models: ReadonlyArray<Summary>, axis: ParetoAxis): ReadonlyArray<Summary> => {
  const cost = (model: Summary) => (axis.of(model) ?? Number.NaN) * (axis.better === "lower" ? 1 : -1)
  return models.filter((model) =>
    models.every(
      (other) =>
        other === model ||
        !(cost(other) <= cost(model) && score(other) <= score(model)) ||
        (cost(other) === cost(model) && score(other) === score(model))
    )
  )
}

/** Quality against size or speed; the line joins the models that no other one beats on both. */
export const pareto = (models: ReadonlyArray<Summary>, axis: ParetoAxis): string | undefined => {
  const shown = models.filter((model) => primaryOf(model) !== undefined && (axis.of(model) ?? 0) > 0)
  if (shown.length === 0) return undefined
  const frame = { width: 460, height: 340, left: 58, right: 30, top: 36, bottom: 48 }
  const costs = shown.map((model) => axis.of(model)!)
  const values = shown.flatMap((model) => [primaryOf(model)!.low, primaryOf(model)!.high])
  const x = logarithmic([Math.min(...costs), Math.max(...costs)], [frame.left, frame.width - frame.right])
  const y = linear([Math.min(...values), Math.max(...values)], [frame.height - frame.bottom, frame.top])
  const best = frontier(shown, axis)
  const line = best
    .toSorted((a, b) => axis.of(a)! - axis.of(b)!)
    .map((model) => [x.at(axis.of(model)!), y.at(primaryOf(model)!.value)] as const)
  const dots = shown.map((model) => {
    const { high, low, value } = primaryOf(model)!
    const cx = x.at(axis.of(model)!)
    const left = cx > frame.width * 0.62
    return element(
      "g",
      { class: series(models.indexOf(model)) },
      element("line", { class: "whisker", x1: cx, x2: cx, y1: y.at(low), y2: y.at(high) }),
      element(
        "circle",
        { class: best.includes(model) ? "dot" : "dot beaten", cx, cy: y.at(value), r: 6 },
        element(
          "title",
          {},
          `${model.label}: ${Format.interval(value, low, high)}, ${axis.format(axis.of(model)!)}`
        )
      ),
      label(model.label, {
        class: "name",
        x: cx + (left ? -11 : 11),
        y: y.at(value) + 4,
        "text-anchor": left ? "end" : "start"
      })
    )
  })
  return drawing(
    frame,
    `${titleOf(shown)} against ${axis.title}`,
    axes(
      frame,
      { scale: x, title: axis.title, format: axis.format },
      { scale: y, title: titleOf(shown), format: Format.significant }
    ),
    polyline(line, "frontier"),
    ...dots
  )
}
