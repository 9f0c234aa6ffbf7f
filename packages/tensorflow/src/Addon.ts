// Builds and tries the addon of tfjs-node-gpu from the package's own sources against the library that was found.
import { accessSync } from "node:fs"
import { dirname, join } from "node:path"
import { Effect } from "effect"
import { NativeUnavailable } from "./errors.ts"
import { addonName, quietName } from "./Manifest.ts"
import { compilerFlags, linkerFlags, quietSource, type Recipe, sourceFiles } from "./Recipe.ts"
import * as Tool from "./Tool.ts"

/** The C++ compiler: `CXX`, else the first of c++, g++, clang++ on PATH. */
export const compiler: Effect.Effect<string, NativeUnavailable> = Effect.suspend(() => {
  const named = process.env["CXX"] ?? ""
  const found = Tool.find(named === "" ? ["c++", "g++", "clang++"] : [named])
  if (found !== undefined) return Effect.succeed(found)
  return Effect.fail(
    new NativeUnavailable({
      missing: "compiler",
      problem:
        named === ""
          ? "there is no C++ compiler on PATH (c++, g++ or clang++) to build the addon with"
          : `CXX is ${named}, which cannot be run`,
      advice: "install one (Debian: apt install g++; Fedora: dnf install gcc-c++) or name it in CXX"
    })
  )
})

/** Node's own headers, which come beside its binary. */
export const nodeHeaders: Effect.Effect<string, NativeUnavailable> = Effect.suspend(() => {
  const folder = join(dirname(process.execPath), "../include/node")
  return Effect.try({
    try: () => {
      accessSync(join(folder, "node_api.h"))
      return folder
    },
    catch: () =>
      new NativeUnavailable({
        missing: "node headers",
        problem: `the Node that runs (${process.execPath}) has no headers in ${folder}`,
        advice: "run with node_modules/.bin/node, which brings them"
      })
  })
})

/** Compiles into `folder`, which has `lib` and `include` (10 s), and loads the result once. */
export const build = Effect.fn("Addon.build")(function* (
  recipe: Recipe,
  folder: string
): Effect.fn.Return<{ readonly compiler: string }, NativeUnavailable> {
  const cxx = yield* compiler
  const headers = yield* nodeHeaders
  const includes = [`-I${headers}`, `-I${dirname(recipe.sources)}`, "-Iinclude"]
  const sources = sourceFiles.map((file) => join(recipe.sources, file))
  const compile = Effect.fnUntraced(function* (args: ReadonlyArray<string>) {
    const built = yield* Tool.run(cxx, [...compilerFlags, ...includes, ...args], { cwd: folder })
    if (built.status !== 0)
      return yield* new NativeUnavailable({
        missing: "addon",
        problem: `${cxx} could not build the addon: ${Tool.telling(built.stderr)}`,
        advice: "use GCC 9 or Clang 10 or newer (CXX names another compiler)"
      })
  })
  yield* compile([quietSource, "-o", quietName])
  yield* compile([...sources, "-o", addonName, ...linkerFlags])
  yield* tryLoading(folder, recipe.version)
  return { compiler: cxx }
})

/** Loads an installation in a process of its own: a library that does not fit the machine may kill its process. */
export const tryLoading = Effect.fn("Addon.tryLoading")(function* (
  folder: string,
  version: string
): Effect.fn.Return<void, NativeUnavailable> {
  const script = "process.stdout.write(require(process.argv[1]).TF_Version)"
  const tried = yield* Tool.run(process.execPath, ["-e", script, join(folder, addonName)], {
    env: { TF_CPP_MIN_LOG_LEVEL: "2" }
  })
  if (tried.status !== 0 || tried.stdout !== version)
    return yield* new NativeUnavailable({
      missing: "library",
      problem: `the library does not load on this machine: ${Tool.telling(tried.stderr)}`,
      advice: "TensorFlow needs Linux on x86-64 with AVX and glibc 2.27 or newer"
    })
})
