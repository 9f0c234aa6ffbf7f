import { assert, describe, it } from "@effect/vitest"
import { CpuFeatures } from "../src/index.ts"

// abridged from /proc/cpuinfo of two machines
const cpuinfo = (model: string, flags: string) =>
  [0, 1]
    .map(
      (i) =>
        `processor\t: ${i}\nvendor_id\t: x\nmodel\t\t: 17\nmodel name\t: ${model}\nflags\t\t: fpu ${flags}\nbugs\t\t: none\n`
    )
    .join("\n")

describe("CpuFeatures", () => {
  it("reads what decides speed from /proc/cpuinfo", () => {
    const zen4 = CpuFeatures.parse(cpuinfo("AMD EPYC 9V74", "avx fma avx2 avx512f avx512_bf16"))
    assert.deepStrictEqual(zen4, {
      model: "AMD EPYC 9V74",
      processors: 2,
      avx: true,
      avx2: true,
      fma: true,
      avx512f: true,
      avx512Bf16: true,
      amxBf16: false
    })
    assert.isTrue(CpuFeatures.nativeBfloat16(zen4))
    const skylake = CpuFeatures.parse(cpuinfo("Intel Xeon", "avx fma avx2 avx512f"))
    assert.isFalse(CpuFeatures.nativeBfloat16(skylake))
    const sapphire = CpuFeatures.parse(cpuinfo("Intel Xeon", "avx fma avx2 avx512f amx_bf16"))
    assert.isTrue(CpuFeatures.nativeBfloat16(sapphire))
  })

  it("knows nothing of a machine that says nothing", () => {
    assert.deepStrictEqual(CpuFeatures.parse("").model, "unknown")
    assert.isFalse(CpuFeatures.nativeBfloat16(CpuFeatures.parse("")))
  })
})
