// The report as Markdown, for a pull request or a terminal.
import * as Format from "./Format.ts"
import type { Page } from "./Page.ts"

const cell = (text: string) => text.replaceAll("|", "\\|").replaceAll("\n", " ")
const line = (cells: ReadonlyArray<string>) => `| ${cells.map(cell).join(" | ")} |`
const table = (head: ReadonlyArray<string>, rows: ReadonlyArray<ReadonlyArray<string>>) =>
  [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n")

/** A fence longer than any run of backticks inside. */
const fenced = (text: string, language = "") => {
  const longest = Math.max(2, ...Array.from(text.matchAll(/`+/g), ([run]) => run.length))
  const fence = "`".repeat(longest + 1)
  return `${fence}${language}\n${text.trimEnd()}\n${fence}`
}

const p = (n: number) => (n < 0.001 ? "< 0.001" : n.toFixed(3))

export const render = (page: Page): string => {
  const { cleaning, corpora, environment, estimates, findings, groups, models, pipeline, task } = page
  const { title, trials, unmeasured, verdict } = page
  const recommended =
    verdict.recommendation === "undecided" ? "**Undecided.**" : `**Use \`${verdict.recommendation}\`.**`
  const sections = [
    `# ${title}`,
    task,
    `${recommended} ${verdict.reason}`,
    unmeasured.length > 0 ? `Not measured: ${unmeasured.join(", ")}.` : "",
    "## Side by side",
    ...groups.map(
      (group) =>
        `### ${group.title}\n\n${table(
          ["", ...models.map(({ label }) => label)],
          group.rows.map(({ measured, name, values }) => [measured ? `${name} *` : name, ...values])
        )}`
    ),
    "Intervals are 95 % bootstrap intervals over documents or examples. * measured on one machine; differs from run to run.",
    verdict.pairs.length > 0
      ? `## Is the difference real?\n\n${table(
          ["pair", `difference, ${Format.words(models[0]?.primary ?? "")}`, "95 % interval", "p (Holm)"],
          verdict.pairs.map((pair) => [
            `${pair.first} − ${pair.second}`,
            Format.value(pair.difference),
            `[${Format.value(pair.low)}, ${Format.value(pair.high)}]`,
            p(pair.adjusted)
          ])
        )}`
      : "",
    findings.length > 0
      ? `## Metric by metric\n\n${table(
          ["metric", "the best against another"],
          findings.map(({ metric, said }) => [Format.words(metric), said])
        )}`
      : "",
    trials === undefined
      ? ""
      : `## What differs\n\n${table(
          ["", Format.words(trials.metric), ...trials.settings.map(Format.words), "time *"],
          trials.rows.map(({ cost, label, settings, value }) => [label, value, ...settings, cost])
        )}`,
    estimates.length > 0
      ? `## Estimated against actual\n\n${table(
          ["model", "what", "predicted", "actual *", "actual / predicted"],
          estimates.map(({ actual, model, predicted, ratio, what }) => [
            model,
            what,
            predicted,
            actual,
            ratio
          ])
        )}`
      : "",
    corpora.length > 0 ? "## Data" : "",
    ...corpora.map(
      ({ bytes, description, documents, licence, splits }) =>
        `${description} ${Format.count(documents)} documents, ${Format.bytes(bytes)} (${Object.entries(splits)
          .map(([split, n]) => `${split} ${n}`)
          .join(", ")}). Licence: ${licence}`
    ),
    ...cleaning.map(({ dropped, kept, read, repaired }) =>
      table(
        ["cleaning", "documents"],
        [
          ["read", String(read)],
          ...Object.entries(repaired).map(([rule, n]) => [`repaired: ${rule}`, String(n)]),
          ...Object.entries(dropped).map(([rule, n]) => [`dropped: ${rule}`, String(n)]),
          ["kept", String(kept)]
        ]
      )
    ),
    models.some(({ samples }) => samples.length > 0) ? "## Samples" : "",
    ...models.flatMap(({ label, samples }) =>
      samples.map(
        ({ prompt, settings, text }) =>
          `**${label}** (${Format.settings(settings)})\n\n${fenced(`${prompt}⟶${text}`)}`
      )
    ),
    "## Repeat it",
    ...(pipeline === undefined ? [] : [`\`${pipeline.name}\`:`, fenced(pipeline.text, "yaml")]),
    table(
      ["", ""],
      environment.map(([name, value]) => [name, value])
    ),
    table(
      ["model", "weights digest"],
      models.map(({ digest, label }) => [label, digest])
    ),
    "Signatures of the numbers:",
    models
      .map(({ label, metrics }) =>
        [...metrics].map(([name, { signature }]) => `- ${label}, ${name}: \`${signature}\``).join("\n")
      )
      .join("\n")
  ]
  return `${sections.filter((section) => section !== "").join("\n\n")}\n`
}
