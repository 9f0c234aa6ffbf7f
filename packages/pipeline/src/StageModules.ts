// Finds the stage that `uses: "package#export"` names, as an import from the pipeline's folder would.
import { existsSync, readdirSync, readFileSync, realpathSync } from "node:fs"
import { createRequire, findPackageJSON } from "node:module"
import path from "node:path"
import { fileURLToPath, pathToFileURL } from "node:url"
import type { Stage } from "@inkstone/stage"
import { Context, Effect, Schema } from "effect"
import * as CodeDigest from "./CodeDigest.ts"
import { isRecord, isStage } from "./internal/isStage.ts"
import { suggest } from "./internal/Problems.ts"

export interface LoadedStage {
  readonly stage: Stage.AnyStage
  /** where a worker imports it from again */
  readonly module: { readonly url: string; readonly export: string }
  readonly code: CodeDigest.CodeDigest
}

export class StageUnknown extends Schema.TaggedError<StageUnknown>()("StageUnknown", {
  uses: Schema.String,
  problem: Schema.String,
  suggestion: Schema.String
}) {
  override get message() {
    return `${this.problem}. ${this.suggestion}`
  }
}

export interface StageModulesShape {
  readonly load: (uses: string, directory: string) => Effect.Effect<LoadedStage, StageUnknown>
}

/** Loads `package#export` and `./file.ts#export`; `directory` is the pipeline's. */
const load = Effect.fnUntraced(function* (uses: string, directory: string) {
  const unknown = (problem: string, suggestion: string) => new StageUnknown({ uses, problem, suggestion })
  const hash = uses.lastIndexOf("#")
  if (hash <= 0 || hash === uses.length - 1) {
    return yield* unknown(
      `"${uses}" does not name a stage`,
      'write "package#export", such as "@inkstone/ingest#ingest", or "./file.ts#export"'
    )
  }
  const specifier = uses.slice(0, hash)
  const name = uses.slice(hash + 1)
  const file = yield* Effect.try({
    try: () => (isPath(specifier) ? localFile(specifier, directory) : packageFile(specifier, directory)),
    catch: (cause) =>
      cause instanceof NotFound
        ? unknown(cause.message, cause.suggestion)
        : unknown(`"${specifier}" cannot be resolved: ${messageOf(cause)}`, "")
  })
  const url = pathToFileURL(file).href
  const module = yield* Effect.tryPromise({
    try: (): Promise<Readonly<Record<string, unknown>>> => import(url),
    catch: (cause) => unknown(`${specifier} cannot be loaded: ${messageOf(cause)}`, "")
  })
  const found = module[name]
  const stages = Object.keys(module).filter((key) => isStage(module[key]))
  if (found === undefined) {
    return yield* unknown(`${specifier} exports no "${name}"`, suggest(name, stages) || "it exports no stage")
  }
  if (!isStage(found)) return yield* unknown(`${specifier}#${name} is not a stage`, suggest(name, stages))
  return { stage: found, module: { url, export: name }, code: yield* CodeDigest.ofModule(file) }
})

/** Where stages come from. The default imports real modules; tests may put another in its place. */
export const StageModules = Context.Reference<StageModulesShape>("@inkstone/pipeline/StageModules", {
  defaultValue: () => ({ load })
})

class NotFound extends Error {
  readonly suggestion: string
  constructor(problem: string, suggestion: string) {
    super(problem)
    this.suggestion = suggestion
  }
}

const isPath = (specifier: string) => specifier.startsWith(".") || path.isAbsolute(specifier)

const localFile = (specifier: string, directory: string): string => {
  const file = path.resolve(directory, specifier)
  if (existsSync(file)) return realpathSync(file)
  const folder = path.dirname(file)
  const beside = existsSync(folder) ? readdirSync(folder).filter((name) => /\.[mc]?[jt]s$/.test(name)) : []
  throw new NotFound(`there is no file ${specifier}`, suggest(path.basename(file), beside))
}

const packageFile = (specifier: string, directory: string): string => {
  const own = fileURLToPath(new URL("..", import.meta.url))
  const resolved =
    tryResolve(specifier, directory) ??
    (specifier.startsWith("@inkstone/") ? (tryResolve(specifier, own) ?? sibling(specifier, own)) : undefined)
  if (resolved !== undefined) return realpathSync(resolved)
  throw new NotFound(
    `there is no package "${specifier}" that ${directory} can import`,
    suggest(specifier, packagesSeenFrom(directory)) || "add it to the dependencies of the pipeline's package"
  )
}

const tryResolve = (specifier: string, directory: string): string | undefined => {
  const parent = path.join(directory, "pipeline.yaml")
  try {
    return createRequire(parent).resolve(specifier)
  } catch (cause) {
    // a package for imports only has no `require` condition; anything else is a package that is not there
    if (cause instanceof Error && "code" in cause && cause.code === "ERR_PACKAGE_PATH_NOT_EXPORTED") {
      return importOnly(specifier, parent)
    }
    return undefined
  }
}

const importOnly = (specifier: string, parent: string): string | undefined => {
  const manifest = findPackageJSON(specifier, pathToFileURL(parent))
  if (manifest === undefined) return undefined
  const { name = "", exports } = decodeExports(readFileSync(manifest, "utf8"))
  const subpath = `.${specifier.slice(name.length)}`
  const target = condition(isRecord(exports) && subpath in exports ? exports[subpath] : exports)
  return target === undefined ? undefined : path.join(path.dirname(manifest), target)
}

const decodeExports = Schema.decodeUnknownSync(
  Schema.fromJsonString(
    Schema.Struct({ name: Schema.optionalKey(Schema.String), exports: Schema.optionalKey(Schema.Json) })
  )
)

/** The target for `import`, in the order the package gives them. */
const condition = (target: unknown): string | undefined => {
  if (typeof target === "string") return target
  if (!isRecord(target)) return undefined
  const key = Object.keys(target).find((name) => ["node", "import", "default"].includes(name))
  return key === undefined ? undefined : condition(target[key])
}

/** In a checkout the packages stand side by side, also those that this one does not depend on. */
const sibling = (specifier: string, own: string): string | undefined => {
  const root = path.join(own, "..", specifier.slice("@inkstone/".length))
  return existsSync(path.join(root, "package.json")) ? tryResolve(specifier, root) : undefined
}

/** Names of what an import could mean: own name and `node_modules`, upwards. */
const packagesSeenFrom = (directory: string): ReadonlyArray<string> => {
  const modules = path.join(directory, "node_modules")
  const here = existsSync(modules) ? readdirSync(modules).filter((name) => !name.startsWith(".")) : []
  const names = here.flatMap((name) =>
    name.startsWith("@") ? readdirSync(path.join(modules, name)).map((below) => `${name}/${below}`) : [name]
  )
  const above = path.dirname(directory)
  return above === directory ? [...names, ...ownFamily()] : [...names, ...packagesSeenFrom(above)]
}

const ownFamily = (): ReadonlyArray<string> =>
  readdirSync(fileURLToPath(new URL("../..", import.meta.url))).map((name) => `@inkstone/${name}`)

const messageOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause))
