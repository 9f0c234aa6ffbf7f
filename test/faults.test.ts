// What goes wrong on real machines: kills, signals, rotten files, full disks. A next start continues and ends as if
// nothing had happened.
import { readdir, readFile, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { digestsOf, inkstone, killAll, linesOf, resultOf, temporary } from "./support/Cli.ts"

const minutes = 60_000
const tiny = "test/pipelines/tiny.yaml"
const run = (folder: string, store: string) => [
  "run",
  tiny,
  "--json",
  "--store",
  join(folder, store),
  "--out",
  join(folder, "out")
]

describe("kill -9", () => {
  it(
    "in every stage: the next start continues, and the digests are those of an undisturbed run",
    { timeout: 6 * minutes },
    async () => {
      await using folder = await temporary()
      const undisturbed = resultOf(await inkstone(run(folder.path, "calm")))
      expect(undisturbed.map(({ status }) => status)).toEqual(undisturbed.map(() => "ran"))
      // each start is killed in the first stage that was not killed before
      const killedIn = new Set<string>()
      for (let starts = 0; starts < undisturbed.length; starts++) {
        await inkstone([...run(folder.path, "killed"), "--jobs", "1"], {
          onLine: (line, child) => {
            // training is killed in the middle, between two checkpoints; the others as soon as they run
            const node =
              line.type === "node-started" && line.node !== "gpt"
                ? line.node
                : line.type === "progress" && line.progress.unit === "steps" && line.progress.done >= 25
                  ? line.node
                  : undefined
            if (node === undefined || killedIn.has(node)) return
            killedIn.add(node)
            killAll(child)
          }
        })
      }
      expect([...killedIn].toSorted()).toEqual(undisturbed.map(({ id }) => id).toSorted())
      const continued = await inkstone(run(folder.path, "killed"))
      expect(continued.code, continued.stderr).toBe(0)
      expect(digestsOf(resultOf(continued))).toEqual(digestsOf(undisturbed))
    }
  )
})

describe("Ctrl-C", () => {
  it(
    "stops cleanly with code 130, leaves a checkpoint, and the next start ends with the same digests",
    { timeout: 4 * minutes },
    async () => {
      await using folder = await temporary()
      let steps = 0
      const stopped = await inkstone(run(folder.path, "store"), {
        onLine: (line, child) => {
          if (
            line.type === "progress" &&
            line.node === "gpt" &&
            line.progress.unit === "steps" &&
            line.progress.done >= 15 &&
            steps === 0
          ) {
            steps = line.progress.done
            child.kill("SIGINT")
          }
        }
      })
      expect(steps).toBeGreaterThan(0)
      expect(stopped.code, stopped.stdout + stopped.stderr).toBe(130)
      const finished = linesOf(stopped).find((line) => line.type === "run-finished")
      expect(finished?.type === "run-finished" && finished.result.status).toBe("cancelled")
      const continued = resultOf(await inkstone(run(folder.path, "store")))
      const calm = resultOf(await inkstone(run(folder.path, "calm")))
      expect(digestsOf(continued)).toEqual(digestsOf(calm))
    }
  )
})

describe("a rotten store", () => {
  it("is noticed, named and mended", { timeout: 2 * minutes }, async () => {
    await using folder = await temporary()
    const only = ["--only", "tokenizer"]
    const before = resultOf(await inkstone([...run(folder.path, "store"), ...only]))
    const objects = join(folder.path, "store", "objects", "tokenizer")
    const [digest] = await readdir(objects)
    const file = join(objects, digest!, "pieces.arrow")
    const bytes = await readFile(file)
    bytes[bytes.length >> 1]! ^= 1
    await writeFile(file, bytes)
    const planned = await inkstone(["plan", tiny, "--store", join(folder.path, "store"), ...only])
    expect(planned.stdout).toMatch(
      new RegExp(`tokenizer +run +artifact corrupt: tokenizer .*${digest!.slice(0, 12)}`)
    )
    const after = await inkstone([...run(folder.path, "store"), ...only])
    expect(after.code, after.stderr).toBe(0)
    expect(resultOf(after).map(({ id, status }) => [id, status])).toEqual([
      ["corpus", "hit"],
      ["tokenizer", "ran"]
    ])
    expect(digestsOf(resultOf(after))).toEqual(digestsOf(before))
  })
})
