// What TensorFlow computes on, and with how many threads.
import { readdirSync, readFileSync } from "node:fs"
import { availableParallelism } from "node:os"
import { join } from "node:path"
import { Effect } from "effect"
import * as Binding from "./Binding.ts"
import * as CpuFeatures from "./CpuFeatures.ts"
import type { NativeUnavailable } from "./errors.ts"
import * as Native from "./Native.ts"

export interface Device {
  readonly kind: "cpu" | "gpu"
  /** such as `AMD EPYC 9V74` or `NVIDIA H100 80GB HBM3` */
  readonly name: string
}

/** Graphics cards the NVIDIA driver of this machine knows, whether or not TensorFlow can use them. */
export const cards = (): ReadonlyArray<string> => {
  try {
    const folder = "/proc/driver/nvidia/gpus"
    return readdirSync(folder).map((bus) => {
      const information = readFileSync(join(folder, bus, "information"), "utf8")
      return /^Model:\s*(.*)$/m.exec(information)?.[1]?.trim() ?? bus
    })
  } catch {
    return []
  }
}

/** What this process's TensorFlow can use, the CPU first; loads the library. */
export const list: Effect.Effect<ReadonlyArray<Device>, NativeUnavailable> = Effect.gen(function* () {
  const binding = yield* Binding.load(yield* Native.require)
  const gpus = binding.isUsingGpuDevice() ? cards() : []
  return [
    { kind: "cpu", name: CpuFeatures.read().model },
    ...gpus.map((name): Device => ({ kind: "gpu", name }))
  ]
})

export interface Threads {
  /** within one operation, such as a matrix product: `TF_NUM_INTRAOP_THREADS` */
  readonly intraOp: number
  /** operations at a time: `TF_NUM_INTEROP_THREADS` */
  readonly interOp: number
}

/**
 * The threads TensorFlow takes: those of the environment when the first session opens, else one for each processor this
 * process may use. The same for all sessions of a process.
 */
export const threads = (): Threads => ({
  intraOp: threadsOf("TF_NUM_INTRAOP_THREADS"),
  interOp: threadsOf("TF_NUM_INTEROP_THREADS")
})

const threadsOf = (variable: string) => {
  const count = Number.parseInt(process.env[variable] ?? "", 10)
  return count > 0 ? count : availableParallelism()
}
