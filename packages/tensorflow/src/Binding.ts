// The native addon of tfjs-node-gpu, loaded by its path: none of tfjs's JavaScript is needed to run a graph.
import { createRequire } from "node:module"
import { join } from "node:path"
import { Effect } from "effect"
import * as CompileCache from "./CompileCache.ts"
import { NativeUnavailable } from "./errors.ts"
import type { Installed } from "./Installation.ts"
import { quietName } from "./Manifest.ts"
import { settings } from "./Settings.ts"
import type { Values } from "./Tensor.ts"

/** What of the addon is used; tensors and sessions are numbers that must be given back. */
export interface Binding {
  readonly TF_Version: string
  createTensor(shape: ReadonlyArray<number>, dtype: number, values: Values): number
  deleteTensor(tensor: number): void
  tensorDataSync(tensor: number): unknown
  /** `config`: a serialized `tensorflow.ConfigProto` */
  loadSavedModel(folder: string, tags: string, config?: Uint8Array): number
  deleteSavedModel(session: number): void
  runSavedModel(
    session: number,
    inputs: ReadonlyArray<number>,
    inputNames: string,
    outputNames: string
  ): ReadonlyArray<TensorInfo>
  getNumOfSavedModels(): number
  getNumOfTensors(): number
  isUsingGpuDevice(): boolean
}

export interface TensorInfo {
  readonly id: number
  readonly shape: ReadonlyArray<number>
  /** a `TF_DataType` */
  readonly dtype: number
}

interface Quiet {
  /** Standard error goes nowhere until `restore`. */
  mute(): void
  restore(): void
}

const isQuiet = (value: unknown): value is Quiet =>
  typeof value === "object" && value !== null && "mute" in value && "restore" in value

const isBinding = (value: unknown): value is Binding =>
  typeof value === "object" && value !== null && "runSavedModel" in value && "TF_Version" in value

const loadAddon = (addon: string, after: () => void): unknown => {
  try {
    return createRequire(import.meta.url)(addon)
  } finally {
    after()
  }
}

let loaded: Binding | undefined

/** The addon this process has loaded, if it has loaded one. */
export const current = (): Binding | undefined => loaded

/** Variables that TensorFlow reads while it loads, and what they are for that time alone: not for this process's children. */
const withEnvironment = <A>(variables: Readonly<Record<string, string | undefined>>, load: () => A): A => {
  const before = Object.keys(variables).map((name) => [name, process.env[name]] as const)
  for (const [name, value] of Object.entries(variables)) if (value !== undefined) process.env[name] = value
  try {
    return load()
  } finally {
    for (const [name, value] of before)
      if (value === undefined) delete process.env[name]
      else process.env[name] = value
  }
}

/**
 * Loads the addon and with it libtensorflow, once a process (0.2 s). TensorFlow reads its settings from the environment
 * while it loads. Unless `TF_CPP_MIN_LOG_LEVEL` is set, nothing is logged, not even errors: what goes wrong comes back as the
 * status of a run, and reading the cache of compiled clusters logs an error for each that is read without one.
 */
export const load = Effect.fnUntraced(function* (installed: Installed) {
  if (loaded !== undefined) return loaded
  const current = yield* settings
  return yield* Effect.try({
    try: () => {
      const require = createRequire(import.meta.url)
      const asked = process.env["TF_CPP_MIN_LOG_LEVEL"]
      // oneDNN's matrix products: by default only where there is AVX512-VNNI, but with AVX2 a training step is 1.3 times as fast
      process.env["TF_ENABLE_ONEDNN_OPTS"] ??= "1"
      const quiet: unknown = require(join(installed.folder, quietName))
      if (!isQuiet(quiet)) throw new Error(`${quietName} has no mute and restore`)
      const cache = CompileCache.open(current, installed.folder)
      if (cache !== undefined) process.once("exit", cache.close)
      if (asked === undefined) quiet.mute()
      const binding = withEnvironment(
        { TF_CPP_MIN_LOG_LEVEL: asked ?? "3", TF_XLA_FLAGS: cache?.flags },
        () => loadAddon(installed.addon, () => quiet.restore())
      )
      if (!isBinding(binding)) throw new Error(`${installed.addon} is not the addon of tfjs-node-gpu`)
      loaded = binding
      return binding
    },
    catch: (cause) =>
      new NativeUnavailable({
        missing: "library",
        problem: `the library does not load: ${cause instanceof Error ? cause.message : String(cause)}`,
        advice: `remove ${installed.folder}, and the next run installs it again`
      })
  })
})
