// Reads the YAML form of a pipeline. Only the shape is checked here; what the names mean is `Pipeline.fromDefinition`'s.
import path from "node:path"
import { Effect } from "effect"
import { FileReader, kindOf } from "./internal/FileReader.ts"
import { Problems } from "./internal/Problems.ts"
import * as Profile from "./internal/Profile.ts"
import { SearchReader } from "./internal/SearchReader.ts"
import * as YamlText from "./internal/YamlText.ts"
import type { NodeDefinition, Origin, Path, PipelineDefinition, Reference } from "./PipelineDefinition.ts"
import { PipelineInvalid } from "./PipelineInvalid.ts"

const topKeys = ["name", "description", "seed", "profiles", "nodes"]
const nodeKeys = ["uses", "with", "in", "matrix", "search", "seed", "retries", "timeoutMinutes", "resources"]
/** what a profile may change of a node: sizes, not the shape of the DAG */
const profileKeys = ["with", "matrix", "search", "seed", "retries", "timeoutMinutes", "resources"]
const resourceKeys = ["cpus", "memoryBytes", "gpus"]
/** of a pipeline that names none */
export const defaultSeed = 1337
// no dots and brackets: they separate node, axes and output
const idPattern = /^[\p{L}\p{N}_][\p{L}\p{N}_-]*$/u

/** Which of the file's `profiles` to lay over its nodes; none: the nodes as they stand. */
export interface ParseOptions {
  readonly profile?: string | undefined
}

/**
 * `text` is what stood in the file `file`; its folder is what `uses` and source files are relative to. Fails with every
 * problem of shape at once, each with its line, column and a suggestion. With a profile the pipeline is called `name@profile`,
 * so that records and reports of both sizes stand side by side; keys know nothing of it.
 */
export const parse = (
  text: string,
  file: string,
  { profile }: ParseOptions = {}
): Effect.Effect<PipelineDefinition, PipelineInvalid> => {
  const yaml = YamlText.parse(text)
  if (yaml.errors.length > 0) {
    const problems = yaml.errors.map((error) => ({ ...error, suggestion: "" }))
    return Effect.fail(new PipelineInvalid({ file, problems }))
  }
  const asWritten: Origin = { file, directory: path.dirname(path.resolve(file)), locate: yaml.locate }
  const problems = new Problems(asWritten)
  const reader = new Reader(problems)
  const value = reader.profiles(yaml.value, profile)
  if (profile === undefined || problems.any) {
    const definition = reader.definition(value, asWritten)
    return problems.any ? problems.failure : Effect.succeed(definition)
  }
  const laid = Profile.lay(value, profile, yaml.locate)
  const origin = { ...asWritten, locate: laid.locate }
  const found = new Problems(origin)
  const definition = new Reader(found).definition(laid.value, origin)
  return found.any ? found.failure : Effect.succeed({ ...definition, name: `${definition.name}@${profile}` })
}

/** Walks the plain value; what it returns counts only if nothing was reported. */
class Reader extends FileReader {
  /** Checks all profiles, and that the one wanted is among them. */
  profiles(value: unknown, wanted: string | undefined): Readonly<Record<string, unknown>> {
    const top = this.record(value, [])
    const nodes = Object.keys(this.record(top["nodes"], ["nodes"]))
    const profiles = Object.entries(this.record(top["profiles"], ["profiles"]))
    for (const [name, entries] of profiles) {
      const at = ["profiles", name]
      if (!idPattern.test(name)) this.problems.addKey(at, `"${name}" is no name for a profile`)
      for (const [id, entry] of Object.entries(this.record(entries, at))) {
        const path = [...at, id]
        const problem = `profile ${name}: there is no node "${id}"`
        if (!nodes.includes(id)) this.problems.unknown(path, "key", { problem, name: id, known: nodes })
        this.keys(entry, path, { what: `an entry of a profile`, known: profileKeys })
      }
    }
    const names = profiles.map(([name]) => name)
    if (wanted !== undefined && !names.includes(wanted)) {
      const problem = `there is no profile "${wanted}"`
      const at = ["profiles"]
      if (names.length > 0) this.problems.unknown(at, "key", { problem, name: wanted, known: names })
      else this.problems.addKey(at, problem, "the file has none: run it without --profile")
    }
    return top
  }

  definition(value: unknown, origin: Origin): PipelineDefinition {
    const top = this.keys(value, [], { what: "a pipeline", known: topKeys })
    const nodes = this.record(top["nodes"], ["nodes"])
    if (!("name" in top))
      this.problems.addKey([], `a pipeline needs a name`, `add a line such as "name: first-book"`)
    if (!("nodes" in top))
      this.problems.addKey([], `a pipeline needs nodes`, `add "nodes:" with one entry a stage`)
    else if (Object.keys(nodes).length === 0) this.problems.add(["nodes"], "nodes is empty")
    return {
      name: this.text(top["name"] ?? "", ["name"]),
      description: this.text(top["description"] ?? "", ["description"]),
      seed: this.whole(top["seed"], ["seed"], 0) ?? defaultSeed,
      nodes: Object.fromEntries(Object.entries(nodes).map(([id, node]) => [id, this.#node(id, node)])),
      origin
    }
  }

  #node(id: string, value: unknown): NodeDefinition {
    const at = ["nodes", id]
    if (!idPattern.test(id)) {
      this.problems.addKey(at, `"${id}" is no name for a node`, "use letters, digits, - and _")
    }
    const node = this.keys(value, at, { what: `node ${id}`, known: nodeKeys })
    if (!("uses" in node)) {
      this.problems.addKey(at, `node ${id} does not say which stage it uses`, `add uses: "package#export"`)
    }
    const seed = this.whole(node["seed"], [...at, "seed"], 0)
    const retries = this.whole(node["retries"], [...at, "retries"], 0)
    const timeoutMinutes = this.positive(node["timeoutMinutes"], [...at, "timeoutMinutes"])
    const resources = this.#resources(id, node["resources"])
    const search = new SearchReader(this.problems).search(id, node["search"])
    return {
      uses: this.text(node["uses"] ?? "", [...at, "uses"]),
      with: this.fields(node["with"], [...at, "with"]),
      in: this.#wires(node["in"], [...at, "in"]),
      matrix: this.#matrix(id, node["matrix"]),
      ...(search === undefined ? {} : { search }),
      ...(seed === undefined ? {} : { seed }),
      ...(retries === undefined ? {} : { retries }),
      ...(timeoutMinutes === undefined ? {} : { timeoutMinutes }),
      ...(resources === undefined ? {} : { resources })
    }
  }

  #wires(value: unknown, at: Path): NodeDefinition["in"] {
    const wires = Object.entries(this.record(value, at))
    return Object.fromEntries(
      wires.map(([port, wired]) => {
        const list: ReadonlyArray<unknown> = Array.isArray(wired) ? wired : [wired]
        const path = (index: number) => (Array.isArray(wired) ? [...at, port, index] : [...at, port])
        return [port, list.flatMap((item, index) => this.#reference(item, path(index)))]
      })
    )
  }

  #reference(value: unknown, at: Path): ReadonlyArray<Reference> {
    if (typeof value !== "string") {
      this.problems.add(at, `expected a node or node.output, found ${kindOf(value)}`)
      return []
    }
    const [node = "", ...rest] = value.split(".")
    const best = rest[0] === "best"
    const output = (best ? rest.slice(1) : rest).join(".")
    return [{ node, ...(best ? { best } : {}), ...(output === "" ? {} : { output }) }]
  }

  #matrix(id: string, value: unknown): NodeDefinition["matrix"] {
    const at = ["nodes", id, "matrix"]
    const axes = Object.entries(this.record(value, at))
    return Object.fromEntries(
      axes.map(([axis, values]) => {
        const path = [...at, axis]
        if (!idPattern.test(axis)) this.problems.addKey(path, `"${axis}" is no name for an axis`)
        if (!Array.isArray(values) || values.length === 0) {
          this.problems.add(path, `axis ${axis} needs a list of values, found ${kindOf(values)}`)
          return [axis, []]
        }
        const seen = new Set<string>()
        for (const [index, item] of values.entries()) {
          const text = JSON.stringify(item)
          if (seen.has(text)) this.problems.add([...path, index], `axis ${axis} lists ${text} twice`)
          seen.add(text)
        }
        return [axis, values.flatMap((item, index) => this.json(item, [...path, index]))]
      })
    )
  }

  #resources(id: string, value: unknown): NodeDefinition["resources"] {
    if (value === undefined) return undefined
    const at = ["nodes", id, "resources"]
    const given = this.keys(value, at, { what: "resources", known: resourceKeys })
    const amounts = resourceKeys.flatMap((key) => {
      const amount = this.whole(given[key], [...at, key], key === "gpus" ? 0 : 1)
      return amount === undefined ? [] : [[key, amount] as const]
    })
    return Object.fromEntries(amounts)
  }
}
