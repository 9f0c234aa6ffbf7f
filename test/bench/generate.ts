// Writing tokens: ours with weights in each format beside `generate` of transformers in its best setting, in turns.
import { availableParallelism } from "node:os"
import { CpuFeatures } from "@inkstone/tensorflow"
import { Schema } from "effect"
import * as Peer from "./Peer.ts"
import type { BenchOptions, Row } from "./Row.ts"

const formats = ["float32", "bfloat16", "int8"] as const
const [promptTokens, newTokens, vocab] = [64, 64, 50_257]

const Hello = Schema.Struct({ name: Schema.String })
const Answer = Schema.Struct({
  seconds: Schema.Finite,
  written: Schema.optionalKey(Schema.Array(Schema.Array(Schema.Int)))
})
const Score = Schema.Struct({ nats: Schema.Finite })
const decodeHello = Schema.decodeUnknownPromise(Hello)
const decodeAnswer = Schema.decodeUnknownPromise(Answer)
const decodeScore = Schema.decodeUnknownPromise(Score)

interface Side {
  readonly name: string
  readonly peer: Peer.Peer
}

const begin = async (peer: Peer.Peer, weights: string): Promise<Side> => {
  const { name } = await decodeHello(await peer.ask({ weights, threads: availableParallelism() }))
  return { name, peer }
}

/** `batch` prompts of any tokens, the same for all sides. */
const promptsOf = (batch: number) =>
  Array.from({ length: batch }, (_, row) =>
    Array.from({ length: promptTokens }, (_, at) => (Math.imul(at + 1, 7919) + row * 131) % vocab)
  )

const median = (values: ReadonlyArray<number>): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN

/** New tokens a second of each side. */
const speeds = async (sides: ReadonlyArray<Side>, batch: number, rounds: number) => {
  const seconds = new Map<Side, Array<number>>(sides.map((side) => [side, []]))
  const prompts = promptsOf(batch)
  for (let round = 0; round <= rounds; round++)
    for (const side of sides) {
      // the first round only warms up: compiling, memory from the system
      const answer = await side.peer.ask({ prompts, tokens: newTokens })
      if (round > 0) seconds.get(side)?.push((await decodeAnswer(answer)).seconds)
    }
  return sides.map((side) => ({
    name: side.name,
    speed: (batch * newTokens) / median(seconds.get(side) ?? [])
  }))
}

/** What rounding costs: nats a token of a text that the exact model writes, above what it costs there. */
const losses = async (own: ReadonlyArray<Side>): Promise<ReadonlyArray<Row>> => {
  const [exact] = own
  if (exact === undefined) return []
  const [prompt = []] = promptsOf(1)
  const { written } = await decodeAnswer(await exact.peer.ask({ prompts: [prompt], tokens: 128 }))
  const score = [...prompt, ...(written?.[0] ?? [])]
  const nats: Array<number> = []
  for (const { peer } of own) nats.push((await decodeScore(await peer.ask({ score }))).nats)
  const [base = Number.NaN] = nats
  return own.slice(1).map(({ name }, i) => ({
    work: `loss above float32's ${base.toFixed(3)}, ${name}`,
    unit: "nats",
    ours: (nats[i + 1] ?? Number.NaN) - base,
    peerName: "inkstone float32"
  }))
}

export const generate = async ({ full, only, quick, rounds }: BenchOptions): Promise<ReadonlyArray<Row>> => {
  const python = Peer.python()
  if (python === undefined) process.stderr.write(`${Peer.advice}\n`)
  // PyTorch multiplies bfloat16 number by number where the processor has no instruction for it: a tenth of float32's speed
  const settings =
    full || CpuFeatures.nativeBfloat16(CpuFeatures.read())
      ? (["float32", "bfloat16"] as const)
      : (["float32"] as const)
  const own: Array<Side> = []
  const others: Array<Side> = []
  try {
    for (const format of quick ? (["float32", "int8"] as const) : formats)
      own.push(await begin(Peer.Peer.ours("generation/inkstone.ts"), format))
    if (python !== undefined)
      for (const format of settings)
        others.push(await begin(Peer.Peer.python(python, "hf_generate.py"), format))
    const rows: Array<Row> = []
    for (const batch of [1, 8]) {
      const work = `GPT-2 124M, batch ${batch}, ${promptTokens} + ${newTokens} tokens`
      if (only !== undefined && !work.includes(only)) continue
      const all = await speeds([...own, ...others], batch, rounds)
      const best = all.slice(own.length).toSorted((a, b) => b.speed - a.speed)[0]
      for (const { name, speed } of all.slice(0, own.length))
        rows.push({
          work: `${work}, ${name}`,
          unit: "tok/s",
          ours: speed,
          peerName: best?.name ?? Peer.advice,
          ...(best && { peer: best.speed, ratio: speed / best.speed })
        })
    }
    return [...rows, ...(await losses(own))]
  } finally {
    for (const { peer } of [...own, ...others]) peer.close()
  }
}
