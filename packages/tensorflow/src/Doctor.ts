// Says of everything the engine needs whether it is there, and what to do where it is not.
import { statfs } from "node:fs/promises"
import { dirname } from "node:path"
import { Effect } from "effect"
import * as Addon from "./Addon.ts"
import * as CompileCache from "./CompileCache.ts"
import * as CpuFeatures from "./CpuFeatures.ts"
import * as Device from "./Device.ts"
import type { NativeUnavailable } from "./errors.ts"
import * as Installation from "./Installation.ts"
import * as Manifest from "./Manifest.ts"
import * as Native from "./Native.ts"
import * as Pip from "./Pip.ts"
import { recipes } from "./Recipe.ts"
import { settings, type Settings } from "./Settings.ts"
import * as Tool from "./Tool.ts"

export interface Check {
  readonly name: string
  /** `warning`: it works, but slower or not everything; `missing`: graphs cannot run */
  readonly status: "ok" | "warning" | "missing"
  readonly detail: string
  /** what a person can do; empty when all is well */
  readonly advice: string
}

const ok = (name: string, detail: string): Check => ({ name, status: "ok", detail, advice: "" })

/** What is only needed to install is no matter once it is installed. */
const forInstalling = <A>(
  name: string,
  found: Effect.Effect<A, NativeUnavailable>,
  { detail, installed }: { readonly detail: (a: A) => string; readonly installed: boolean }
) =>
  found.pipe(
    Effect.map((value) => ok(name, detail(value))),
    Effect.catch((error) =>
      Effect.succeed<Check>({
        name,
        status: installed ? "warning" : "missing",
        detail: error.problem,
        advice: installed ? `only needed to install: ${error.advice}` : error.advice
      })
    )
  )

const node = Effect.sync((): Check => {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number)
  const detail = `${process.version} (${process.execPath})`
  if (major > 22 || (major === 22 && minor >= 18)) return ok("node", detail)
  return { name: "node", status: "missing", detail, advice: "run with node_modules/.bin/node (24)" }
})

const firstLine = (program: string) =>
  Effect.map(Tool.run(program, ["--version"]), ({ stdout }) => `${stdout.split("\n")[0]} (${program})`)

const library = Effect.fnUntraced(function* (
  found: Effect.Effect<Installation.Installed, NativeUnavailable>,
  deep: boolean
): Effect.fn.Return<Check, NativeUnavailable> {
  const { folder, manifest } = yield* found
  const broken = deep ? yield* Manifest.corrupt(folder, manifest) : []
  if (broken.length > 0)
    return {
      name: "library",
      status: "missing",
      detail: `${broken.join(", ")} in ${folder} changed since it was installed`,
      advice: `remove ${folder}, and the next run installs it again`
    }
  const verified = deep ? "every file verified" : "sizes verified"
  return ok(
    "library",
    `TensorFlow ${manifest.version} (${manifest.variant}) in ${folder}, from ${manifest.source}; ${verified}`
  )
})

const addon = Effect.fnUntraced(function* (
  found: Effect.Effect<Installation.Installed, NativeUnavailable>
): Effect.fn.Return<Check, NativeUnavailable> {
  const { folder, manifest } = yield* found
  yield* Addon.tryLoading(folder, manifest.version)
  return ok("addon", `loads in Node ${process.versions.node} (N-API ${process.versions.napi})`)
})

const orMissing = (name: string, check: Effect.Effect<Check, NativeUnavailable>) =>
  check.pipe(
    Effect.catch((error) =>
      Effect.succeed<Check>({ name, status: "missing", detail: error.problem, advice: error.advice })
    )
  )

const cpu = Effect.sync((): Check => {
  const features = CpuFeatures.read()
  const { amxBf16, avx, avx2, avx512Bf16, avx512f, model } = features
  const has = Object.entries({ avx, avx2, avx512f, avx512_bf16: avx512Bf16, amx_bf16: amxBf16 })
  const list = has.flatMap(([name, present]) => (present ? [name] : []))
  const { intraOp } = Device.threads()
  const detail = `${model}; ${list.join(", ")}; ${intraOp} threads`
  if (!avx)
    return { name: "cpu", status: "missing", detail, advice: "TensorFlow needs an x86-64 processor with AVX" }
  if (!CpuFeatures.nativeBfloat16(features))
    return { name: "cpu", status: "warning", detail, advice: "bfloat16 is emulated here: train in float32" }
  return ok("cpu", `${detail}; bfloat16 is native`)
})

const gpu = Effect.fnUntraced(function* (variant: "cpu" | "cuda"): Effect.fn.Return<Check> {
  const cards = yield* Effect.sync(Device.cards)
  if (cards.length === 0) {
    if (variant === "cpu") return ok("gpu", "none; the CPU is used")
    const advice = "install the NVIDIA driver, or unset INKSTONE_TENSORFLOW_VARIANT"
    return { name: "gpu", status: "warning", detail: "no NVIDIA card is visible", advice }
  }
  if (variant === "cuda") return ok("gpu", cards.join(", "))
  const advice = "set INKSTONE_TENSORFLOW_VARIANT=cuda"
  return { name: "gpu", status: "warning", detail: `${cards.join(", ")}, not used`, advice }
})

const disk = (settings: Settings, installed: boolean) =>
  Effect.promise(async (): Promise<Check> => {
    let folder = settings.cache
    let found = await statfs(folder).catch(() => undefined)
    while (found === undefined && folder !== dirname(folder)) {
      folder = dirname(folder) // the nearest that exists
      found = await statfs(folder).catch(() => undefined)
    }
    const free = found === undefined ? 0 : found.bavail * found.bsize
    const needed = Installation.bytesNeeded(recipes[settings.variant], settings)
    const detail = `${Installation.gigabytes(free)} free in ${settings.cache}`
    if (installed || free >= needed) return ok("disk", detail)
    const advice = `installing needs ${Installation.gigabytes(needed)}: free some or set INKSTONE_CACHE`
    return { name: "disk", status: "missing", detail, advice }
  })

const compiled = (settings: Settings, installed: Installation.Installed | undefined) =>
  Effect.sync((): Check => {
    if (!settings.compileCache) return ok("compile cache", "off (INKSTONE_COMPILE_CACHE)")
    if (installed === undefined) return ok("compile cache", "empty")
    const folder = CompileCache.folderOf(settings, installed.folder)
    const { bytes, clusters } = CompileCache.size(folder)
    return ok("compile cache", `${clusters} clusters, ${(bytes / 1e6).toFixed(1)} MB in ${folder}`)
  })

/** All checks, in the order a person would go through them (1 s). `deep` reads every installed file as well. */
export const report = Effect.fn("Doctor.report")(function* (
  options: { readonly deep?: boolean } = {}
): Effect.fn.Return<ReadonlyArray<Check>, NativeUnavailable> {
  const current = yield* settings
  const found = yield* Native.find
  const installed = found !== undefined
  const python = { installed, detail: (pip: Pip.Pip) => `pip ${pip.version} (${pip.python})` }
  return yield* Effect.all(
    [
      node,
      forInstalling("pip", Pip.find, python),
      forInstalling("compiler", Effect.flatMap(Addon.compiler, firstLine), { installed, detail: String }),
      forInstalling("node headers", Addon.nodeHeaders, { installed, detail: String }),
      orMissing("library", library(Native.require, options.deep ?? false)),
      orMissing("addon", addon(Native.require)),
      cpu,
      gpu(current.variant),
      disk(current, installed),
      compiled(current, found)
    ],
    { concurrency: 2 }
  )
})
