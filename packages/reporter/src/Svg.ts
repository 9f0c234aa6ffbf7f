// The little that three charts share: elements, scales with round ticks, axes. Colours are CSS variables of the page, so
// that light and dark pages use one drawing.

type Attributes = Readonly<Record<string, string | number>>

export const escape = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;")

export const element = (name: string, attributes: Attributes, ...children: ReadonlyArray<string>): string => {
  const written = Object.entries(attributes).map(
    ([key, each]) => ` ${key}="${escape(typeof each === "number" ? rounded(each) : each)}"`
  )
  return `<${name}${written.join("")}>${children.join("")}</${name}>`
}

/** Tenths of a pixel are enough; shorter files and the same text on every machine. */
const rounded = (n: number): string => String(Math.round(n * 10) / 10)

export const label = (text: string, attributes: Attributes): string =>
  element("text", attributes, escape(text))

/** From data to pixels. */
export interface Scale {
  readonly at: (value: number) => number
  readonly ticks: ReadonlyArray<number>
}

const niceStep = (span: number, count: number): number => {
  const raw = span / count
  const power = 10 ** Math.floor(Math.log10(raw))
  const factor = [1, 2, 2.5, 5, 10].find((each) => each * power >= raw) ?? 10
  return factor * power
}

/** A linear scale over `[low, high]`, widened to round ticks. */
export const linear = (
  domain: readonly [number, number],
  range: readonly [number, number],
  count = 5
): Scale => {
  const span = domain[1] - domain[0] || Math.abs(domain[0]) || 1
  const step = niceStep(span, count)
  const low = Math.floor(domain[0] / step) * step
  const high = Math.max(Math.ceil(domain[1] / step) * step, low + step)
  const ticks = Array.from({ length: Math.round((high - low) / step) + 1 }, (_, i) => low + i * step)
  return { at: (value) => range[0] + ((value - low) / (high - low)) * (range[1] - range[0]), ticks }
}

/** A logarithmic scale with ticks at 1, 2 and 5 of each power of ten (at powers alone where that were too many). */
export const logarithmic = (domain: readonly [number, number], range: readonly [number, number]): Scale => {
  const low = Math.log10(domain[0] / 1.6)
  const high = Math.log10(domain[1] * 1.6)
  const powers = Array.from({ length: Math.ceil(high) - Math.floor(low) + 1 }, (_, i) => Math.floor(low) + i)
  const factors = high - low > 2.5 ? [1] : [1, 2, 5]
  const ticks = powers
    .flatMap((power) => factors.map((factor) => factor * 10 ** power))
    .filter((tick) => Math.log10(tick) >= low && Math.log10(tick) <= high)
  return {
    at: (value) => range[0] + ((Math.log10(value) - low) / (high - low)) * (range[1] - range[0]),
    ticks
  }
}

export interface Frame {
  readonly width: number
  readonly height: number
  readonly left: number
  readonly right: number
  readonly top: number
  readonly bottom: number
}

export interface Axis {
  readonly scale: Scale
  readonly title: string
  readonly format: (value: number) => string
}

/** Horizontal grid lines with their values, the x axis below, both titles. */
export const axes = (frame: Frame, x: Axis, y: Axis): string => {
  const { bottom, height, left, right, top, width } = frame
  const base = height - bottom
  return [
    ...y.scale.ticks.map(
      (tick) =>
        element("line", {
          class: "grid",
          x1: left,
          x2: width - right,
          y1: y.scale.at(tick),
          y2: y.scale.at(tick)
        }) +
        label(y.format(tick), { class: "tick", x: left - 8, y: y.scale.at(tick) + 4, "text-anchor": "end" })
    ),
    ...x.scale.ticks.map((tick) =>
      label(x.format(tick), { class: "tick", x: x.scale.at(tick), y: base + 18, "text-anchor": "middle" })
    ),
    element("line", { class: "axis", x1: left, x2: width - right, y1: base, y2: base }),
    label(x.title, {
      class: "title",
      x: (left + width - right) / 2,
      y: height - 6,
      "text-anchor": "middle"
    }),
    label(y.title, { class: "title", x: left, y: top - 12, "text-anchor": "start" })
  ].join("")
}

/** The drawing itself, as wide as its place on the page. */
export const drawing = (frame: Frame, name: string, ...children: ReadonlyArray<string>): string =>
  element(
    "svg",
    {
      viewBox: `0 0 ${frame.width} ${frame.height}`,
      role: "img",
      "aria-label": name,
      xmlns: "http://www.w3.org/2000/svg"
    },
    ...children
  )

/** The class that carries the colour of the n-th model on every chart. */
export const series = (index: number): string => `s${index % 8}`
