// Training steps: ours beside PyTorch's, in turns. For each piece of work: speed, time to the first finished step, peak memory;
// and how much of the machine's matrix product speed is used.
import { availableParallelism } from "node:os"
import { CpuFeatures } from "@inkstone/tensorflow"
import { Schema } from "effect"
import * as Peer from "./Peer.ts"
import type { BenchOptions, Row } from "./Row.ts"
import * as Ceiling from "./training/Ceiling.ts"
import { flopsOf } from "./training/Flops.ts"
import { fraction, text, tokensOf, type Work, works } from "./training/Work.ts"

const Hello = Schema.Struct({ name: Schema.String })
const Answer = Schema.Struct({ seconds: Schema.Array(Schema.Finite), bytes: Schema.Int })
const decodeHello = Schema.decodeUnknownPromise(Hello)
const decodeAnswer = Schema.decodeUnknownPromise(Answer)

interface Side {
  readonly name: string
  readonly peer: Peer.Peer
  /** from the start of its program to the end of its first step */
  readonly firstSeconds: number
  readonly seconds: Array<number>
  bytes: number
}

/** Starts a side and lets it take its first step, and one more to be warm. */
const begin = async (start: () => Peer.Peer, setup: unknown): Promise<Side> => {
  const began = performance.now()
  const peer = start()
  const { name } = await decodeHello(await peer.ask(setup))
  await peer.ask(1)
  const firstSeconds = (performance.now() - began) / 1000
  await peer.ask(1)
  return { name, peer, firstSeconds, seconds: [], bytes: 0 }
}

const run = async (side: Side, steps: number): Promise<void> => {
  const { bytes, seconds } = await decodeAnswer(await side.peer.ask(steps))
  side.seconds.push(...seconds)
  side.bytes = bytes
}

const median = (values: ReadonlyArray<number>): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN

/** One after the other: each must not disturb the others' first step. */
const sidesOf = async (work: Work, { quick }: BenchOptions): Promise<ReadonlyArray<Side>> => {
  const setup = {
    work,
    threads: availableParallelism(),
    tokens: [...text(tokensOf(work) + (work.family === "gpt2" ? work.batch : 0), work.vocab)]
  }
  const sides = [await begin(() => Peer.Peer.ours("training/inkstone.ts"), setup)]
  const python = Peer.python()
  if (python === undefined) return sides
  const script = work.family === "gpt2" ? "torch_gpt.py" : "torch_zoo.py"
  for (const compile of quick ? [false] : [false, true])
    sides.push(await begin(() => Peer.Peer.python(python, script), { ...setup, compile }))
  return sides
}

const measure = async (work: Work, options: BenchOptions): Promise<ReadonlyArray<Row>> => {
  const sides = await sidesOf(work, options)
  try {
    for (let round = 0; round < options.rounds; round++)
      for (const side of sides) await run(side, options.quick ? 1 : 3)
  } finally {
    for (const side of sides) side.peer.close()
  }
  const { batch, name, positions, precision, written } = work
  const label = `${name} ${precision}, B ${batch}, T ${positions}${written > 0 ? `+${written}` : ""}`
  const [own, ...peers] = sides
  if (own === undefined) return []
  const speed = (side: Side) => tokensOf(work) / median(side.seconds)
  const rows = peers.flatMap((peer): ReadonlyArray<Row> => {
    const beside = { peerName: peer.name }
    return [
      {
        ...beside,
        work: label,
        unit: "tok/s",
        ours: speed(own),
        peer: speed(peer),
        ratio: speed(own) / speed(peer)
      },
      {
        ...beside,
        work: `${label}, first step`,
        unit: "s",
        ours: own.firstSeconds,
        peer: peer.firstSeconds,
        ratio: peer.firstSeconds / own.firstSeconds
      },
      {
        ...beside,
        work: `${label}, peak memory`,
        unit: "GB",
        ours: own.bytes / 1e9,
        peer: peer.bytes / 1e9,
        ratio: peer.bytes / own.bytes
      }
    ]
  })
  const ceiling = await Ceiling.flopsPerSecond(precision)
  const reached = flopsOf(work) / median(own.seconds)
  const share: Row = {
    work: `${label}, matrix products`,
    unit: "GFLOP/s",
    ours: reached / 1e9,
    peer: ceiling / 1e9,
    peerName: "matmul ceiling of this sitting",
    ratio: reached / ceiling
  }
  const alone: Row = { work: label, unit: "tok/s", ours: speed(own), peerName: "PyTorch (not installed)" }
  return [...(rows.length === 0 ? [alone] : rows), share]
}

// PyTorch multiplies bfloat16 without vector instructions where the processor has none for it, in minutes a step: there the
// step is smaller, for all sides
const sized = (work: Work, full: boolean): Work =>
  full || work.precision === "float32" || CpuFeatures.nativeBfloat16(CpuFeatures.read())
    ? work
    : fraction(work)

export const train = async (options: BenchOptions): Promise<ReadonlyArray<Row>> => {
  if (Peer.python() === undefined) process.stderr.write(`${Peer.advice}\n`)
  const rows: Array<Row> = []
  for (const work of works.filter(({ name }) => options.only === undefined || name.includes(options.only)))
    for (const row of await measure(sized(work, options.full), options)) {
      options.report(row)
      rows.push(row)
    }
  return rows
}
