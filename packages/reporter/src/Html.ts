// The report as one HTML file: styles and drawings inside, no script, nothing fetched. It opens from disk.
import * as Charts from "./Charts.ts"
import { primaryOf, score, type Summary } from "./Comparison.ts"
import * as Format from "./Format.ts"
import type { Cleaning, Corpus, Page } from "./Page.ts"
import type { Verdict } from "./Recommendation.ts"
import { same } from "./SideBySide.ts"
import { css } from "./Style.ts"
import { escape, series } from "./Svg.ts"

const card = (content: string) => `<div class="card">${content}</div>`
const section = (title: string, ...content: ReadonlyArray<string>) =>
  `<h2>${escape(title)}</h2>${content.join("")}`
const note = (text: string) => `<p class="note">${escape(text)}</p>`

const verdictOf = ({ reason, recommendation }: Verdict) =>
  `<div class="verdict"><b>${
    recommendation === "undecided" ? "<span>Undecided</span>" : `Use <span>${escape(recommendation)}</span>`
  }</b><p>${escape(reason)}</p></div>`

/** The row's best value, where the row is about the metric that models are ranked by. */
const wins = (name: string, model: Summary, models: ReadonlyArray<Summary>) => {
  return name === Format.words(model.primary) && score(model) === Math.min(...models.map(score))
}

const sideBySide = ({ groups, models }: Page) => {
  const head = models.map(({ label }, i) => `<th><i class="${series(i)}"></i>${escape(label)}</th>`).join("")
  const body = groups
    .map(
      ({ rows, title }) =>
        `<tr class="group"><th colspan="${models.length + 1}">${escape(title)}</th></tr>${rows
          .map((row) => {
            const cells = row.values.map(
              (each, i) =>
                `<td${wins(row.name, models[i]!, models) ? ' class="win"' : ""}>${each === "" ? "–" : escape(each)}</td>`
            )
            return `<tr${same(row) && models.length > 1 ? ' class="same"' : ""}><th>${escape(row.name)}${row.measured ? " *" : ""}</th>${cells.join("")}</tr>`
          })
          .join("")}`
    )
    .join("")
  return `<label class="only"><input type="checkbox" id="differs"> only what differs</label>${section(
    "Side by side",
    card(`<table><thead><tr><th></th>${head}</tr></thead><tbody>${body}</tbody></table>`),
    note(
      "Brackets hold 95 % bootstrap intervals over documents or examples. A star marks what was measured on one machine and differs from run to run."
    )
  )}`
}

const legend = (models: ReadonlyArray<Summary>) =>
  `<div class="legend">${models
    .map(({ curve, label }, i) =>
      curve === undefined ? "" : `<span class="${series(i)}"><i></i><span>${escape(label)}</span></span>`
    )
    .join("")}</div>`

const curves = ({ models }: Page) => {
  const drawn = Charts.learningCurves(models)
  return drawn.length === 0
    ? ""
    : section(
        "Learning curves",
        ...drawn.map((each) => card(legend(models) + each)),
        note("Thick lines with dots: validation. Thin lines: training, averaged over runs of steps.")
      )
}

const tradeOffs = ({ models }: Page) => {
  const size = Charts.pareto(models, {
    title: "weights to store",
    format: Format.bytes,
    of: ({ weightBytes }) => weightBytes,
    better: "lower"
  })
  const speed = Charts.pareto(models, {
    title: models.some((model) => model.speed.has("tokens_per_second"))
      ? "tokens scored per second *"
      : "examples answered per second *",
    format: Format.count,
    of: ({ speed }) => speed.get("tokens_per_second") ?? speed.get("examples_per_second"),
    better: "higher"
  })
  const shown = [size, speed].filter((each) => each !== undefined)
  return shown.length === 0
    ? ""
    : section(
        "Quality against size and speed",
        `<div class="pair">${shown.map(card).join("")}</div>`,
        note("The dashed line joins the models that no other one beats on both axes; hollow dots are beaten.")
      )
}

const pairs = ({ models, verdict }: Page) =>
  verdict.pairs.length === 0
    ? ""
    : section(
        "Is the difference real?",
        card(
          `<table><thead><tr><th>pair</th><th>difference, ${escape(Format.words(models[0]?.primary ?? ""))}</th><th>95 % interval</th><th>p (Holm)</th></tr></thead><tbody>${verdict.pairs
            .map(
              ({ adjusted, difference, first, high, low, second }) =>
                `<tr><td>${escape(first)} − ${escape(second)}</td><td>${Format.value(difference)}</td><td>[${Format.value(low)}, ${Format.value(high)}]</td><td>${adjusted < 0.001 ? "&lt; 0.001" : adjusted.toFixed(3)}</td></tr>`
            )
            .join("")}</tbody></table>`
        ),
        note(
          "Paired bootstrap over the same held-out documents or examples, corrected for the number of pairs."
        )
      )

const table = (head: ReadonlyArray<string>, rows: ReadonlyArray<ReadonlyArray<string>>) =>
  `<table><thead><tr>${head.map((each) => `<th>${escape(each)}</th>`).join("")}</tr></thead><tbody>${rows
    .map((row) => `<tr>${row.map((each) => `<td>${escape(each)}</td>`).join("")}</tr>`)
    .join("")}</tbody></table>`

const everyMetric = ({ findings }: Page) =>
  findings.length === 0
    ? ""
    : section(
        "Metric by metric",
        card(
          table(
            ["metric", "the best against another"],
            findings.map(({ metric, said }) => [Format.words(metric), said])
          )
        ),
        note(
          "Differences say how much better, with 95 % intervals; undecided where Holm's correction leaves no significant one."
        )
      )

const trialsOf = ({ trials }: Page) =>
  trials === undefined
    ? ""
    : section(
        "What differs",
        card(
          table(
            ["", Format.words(trials.metric), ...trials.settings.map(Format.words), "time *"],
            trials.rows.map(({ cost, label, settings, value }) => [label, value, ...settings, cost])
          )
        ),
        note("Models of one family from best to worst, with the settings in which they differ.")
      )

const estimatesOf = ({ estimates }: Page) =>
  estimates.length === 0
    ? ""
    : section(
        "Estimated against actual",
        card(
          table(
            ["model", "", "predicted", "actual *", "actual / predicted"],
            estimates.map(({ actual, model, predicted, ratio, what }) => [
              model,
              what,
              predicted,
              actual,
              ratio
            ])
          )
        )
      )

const samples = ({ models }: Page) => {
  const told = models.flatMap(({ label, samples }, i) =>
    samples.length === 0
      ? []
      : [
          card(
            `<h3>${escape(label)}</h3>${samples
              .map(
                ({ prompt, settings, text }) =>
                  `<blockquote class="${series(i)}"><em>${escape(prompt)}</em><span>${escape(text)}</span></blockquote><p class="note">${escape(Format.settings(settings))}</p>`
              )
              .join("")}`
          )
        ]
  )
  return told.length === 0
    ? ""
    : section(
        "Samples",
        note("Grey: the prompt, from held-out text. Black: what the model wrote."),
        `<div class="pair">${told.join("")}</div>`
      )
}

const funnel = ({ dropped, kept, read, repaired }: Cleaning) => {
  const bar = (name: string, n: number, kind: string) =>
    `<span>${escape(name)}</span><div class="${kind}" style="width:${((100 * n) / Math.max(1, read)).toFixed(1)}%"></div><span>${Format.count(n)}</span>`
  return card(
    `<div class="funnel">${[
      bar("read", read, ""),
      ...Object.entries(repaired).map(([rule, n]) => bar(`repaired: ${rule}`, n, "fixed")),
      ...Object.entries(dropped).map(([rule, n]) => bar(`dropped: ${rule}`, n, "out")),
      bar("kept", kept, "")
    ].join("")}</div>`
  )
}

const corpus = ({ bytes, description, documents, licence, splits }: Corpus) =>
  `<p>${escape(description)} ${Format.count(documents)} documents, ${Format.bytes(bytes)}: ${Object.entries(
    splits
  )
    .map(([split, n]) => `${escape(split)} ${n}`)
    .join(", ")}. <span class="note">Licence: ${escape(licence)}</span></p>`

const data = ({ cleaning, corpora }: Page) =>
  corpora.length + cleaning.length === 0
    ? ""
    : section("Data", corpora.map(corpus).join(""), cleaning.map(funnel).join(""))

const repeat = ({ environment, models, pipeline }: Page) => {
  const rows = [
    ...environment,
    ...models.map(({ digest, label }) => [`weights of ${label}`, digest] as const),
    ...models.flatMap(({ label, metrics }) =>
      [...metrics].map(([name, { signature }]) => [`signature of ${name}, ${label}`, signature] as const)
    )
  ]
  const file =
    pipeline === undefined
      ? ""
      : `<p>Save this as <code>${escape(pipeline.name)}</code> and run <code>inkstone run ${escape(pipeline.name)}</code>; equal digests below prove an equal run.</p><pre>${escape(pipeline.text)}</pre>`
  return section(
    "Repeat it",
    file,
    `<details><summary>Digests, signatures and environment</summary>${card(
      `<table><tbody>${rows
        .map(([name, value]) => `<tr><th>${escape(name)}</th><td><code>${escape(value)}</code></td></tr>`)
        .join("")}</tbody></table>`
    )}</details>`
  )
}

export const render = (page: Page): string => {
  const { models, task, title, unmeasured, verdict } = page
  const ranked = verdict.ranking.flatMap((label) => models.filter((model) => model.label === label))
  const rest = models.filter((model) => !ranked.includes(model))
  const measured = models.some((model) => primaryOf(model) !== undefined)
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escape(title)}</title><style>${css}</style></head><body><main>
<header><h1>${escape(title)}</h1><p>${escape(task)}</p></header>
${verdictOf(verdict)}
${unmeasured.length === 0 ? "" : note(`Not measured: ${unmeasured.join(", ")}.`)}
${measured ? section("How well they do", card(Charts.intervals([...ranked, ...rest], models))) : ""}
${pairs(page)}
${everyMetric(page)}
${trialsOf(page)}
${tradeOffs(page)}
${curves(page)}
${estimatesOf(page)}
${sideBySide(page)}
${samples(page)}
${data(page)}
${repeat(page)}
</main></body></html>
`
}
