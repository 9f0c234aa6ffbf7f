import { createHash, randomBytes } from "node:crypto"
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as Wheel from "../src/Wheel.ts"
import { zip } from "./Zip.ts"

const scratch = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "inkstone-wheel-"))),
  (folder) => Effect.sync(() => rmSync(folder, { recursive: true }))
)

describe("Wheel", () => {
  it.live("unpacks every member as it was packed, deflated or stored, empty or large", () =>
    Effect.gen(function* () {
      const folder = yield* scratch
      const wheel = join(folder, "x.whl")
      const entries = {
        "a/empty": new Uint8Array(0),
        "a/random": randomBytes(300_000),
        "a/zeros": new Uint8Array(3_000_000),
        "名.txt": Buffer.from("文房四寶"),
        last: Buffer.from("PK\u0005\u0006 is also a signature")
      }
      writeFileSync(wheel, zip(entries))
      const members = yield* Effect.promise(() => Wheel.members(wheel))
      assert.deepStrictEqual(
        members.map((member) => member.name),
        Object.keys(entries)
      )
      let bytes = 0
      for (const [i, packed] of Object.values(entries).entries()) {
        const member = members[i]
        if (member === undefined) return assert.fail(`member ${i} is missing`)
        const target = join(folder, "out", `${i}`)
        const onBytes = (n: number) => {
          bytes += n
        }
        const digest = yield* Effect.promise((signal) =>
          Wheel.extract(wheel, member, target, { signal, onBytes })
        )
        assert.isTrue(readFileSync(target).equals(packed))
        assert.strictEqual(digest, createHash("sha256").update(packed).digest("hex"))
      }
      assert.strictEqual(
        bytes,
        Object.values(entries).reduce((sum, entry) => sum + entry.length, 0)
      )
    })
  )

  it.live("refuses a wheel that was cut short", () =>
    Effect.gen(function* () {
      const folder = yield* scratch
      const wheel = join(folder, "x.whl")
      writeFileSync(wheel, zip({ a: randomBytes(1000) }).subarray(0, 900))
      const message = yield* Effect.promise(() =>
        Wheel.members(wheel).then(
          () => "read",
          (error: Error) => error.message
        )
      )
      assert.include(message, "is not a whole wheel")
    })
  )
})
