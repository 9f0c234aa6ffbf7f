// What the processor can do that decides speed: vector width and bfloat16.
import { readFileSync } from "node:fs"

export interface CpuFeatures {
  /** as the processor names itself */
  readonly model: string
  /** logical processors of the machine, whatever this process may use */
  readonly processors: number
  readonly avx: boolean
  readonly avx2: boolean
  readonly fma: boolean
  readonly avx512f: boolean
  readonly avx512Bf16: boolean
  readonly amxBf16: boolean
}

/** From the text of Linux's `/proc/cpuinfo`. */
export const parse = (cpuinfo: string): CpuFeatures => {
  const value = (key: string) => new RegExp(`^${key}\\s*: (.*)$`, "m").exec(cpuinfo)?.[1] ?? ""
  const flags = new Set(value("flags").split(" "))
  return {
    model: value("model name") === "" ? "unknown" : value("model name"),
    processors: cpuinfo.match(/^processor\s*:/gm)?.length ?? 0,
    avx: flags.has("avx"),
    avx2: flags.has("avx2"),
    fma: flags.has("fma"),
    avx512f: flags.has("avx512f"),
    avx512Bf16: flags.has("avx512_bf16"),
    amxBf16: flags.has("amx_bf16")
  }
}

const cpuinfo = () => {
  try {
    return readFileSync("/proc/cpuinfo", "utf8")
  } catch {
    return ""
  }
}

/** Of this machine; everything false where there is no `/proc/cpuinfo`. */
export const read = (): CpuFeatures => parse(cpuinfo())

/** All that tells processors apart which cannot run each other's machine code, as `/proc/cpuinfo` has it. */
export const identity = (): ReadonlyArray<string> => {
  const lines = cpuinfo().split("\n\n", 1)[0]?.split("\n") ?? []
  return lines.filter((line) => /^(vendor_id|cpu family|model|model name|stepping|flags)\t*:/.test(line))
}

/** Whether matrix products in bfloat16 run natively, about twice as fast as float32; otherwise they are emulated. */
export const nativeBfloat16 = (features: CpuFeatures): boolean => features.avx512Bf16 || features.amxBf16
