import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import fc from "fast-check"
import { Tokens } from "../src/internal/Tokens.ts"

const total = { jobs: 3, cpus: 4, memoryBytes: 100, gpus: 0 }

describe("Tokens", { timeout: 60_000 }, () => {
  it.live(
    "never hand out more than there is, whatever is asked for and interrupted, and get all of it back",
    () =>
      Effect.promise(() =>
        fc.assert(
          fc.asyncProperty(
            fc.array(
              fc.record({
                cpus: fc.integer({ min: 1, max: 6 }),
                memoryBytes: fc.integer({ min: 1, max: 150 }),
                interrupt: fc.boolean()
              }),
              { minLength: 1, maxLength: 12 }
            ),
            (asked) => Effect.runPromise(Effect.scoped(holds(asked)))
          ),
          { numRuns: 50 }
        )
      )
  )

  it.live("give a node that asks for too much everything, so that it runs alone", () =>
    Effect.gen(function* () {
      const tokens = new Tokens(total)
      const asked = { cpus: 2, memoryBytes: 1000 }
      assert.isFalse(tokens.fits(asked))
      assert.deepStrictEqual(tokens.granted(asked), { cpus: 4, memoryBytes: 100 })
      let inside = 0
      const alone = tokens.hold(
        tokens.granted(asked),
        Effect.gen(function* () {
          inside++
          yield* Effect.sleep(5)
          assert.strictEqual(inside, 1)
          inside--
        })
      )
      yield* Effect.all([alone, alone, alone], { concurrency: "unbounded" })
    })
  )
})

const holds = Effect.fnUntraced(function* (
  asked: ReadonlyArray<{ cpus: number; memoryBytes: number; interrupt: boolean }>
) {
  const tokens = new Tokens(total)
  const held = { jobs: 0, cpus: 0, memoryBytes: 0 }
  const move = (needs: { cpus: number; memoryBytes: number }, sign: number) => {
    held.jobs += sign
    held.cpus += sign * needs.cpus
    held.memoryBytes += sign * needs.memoryBytes
    assert.isAtMost(held.jobs, total.jobs)
    assert.isAtMost(held.cpus, total.cpus)
    assert.isAtMost(held.memoryBytes, total.memoryBytes)
  }
  const fibers = yield* Effect.forEach(asked, (wanted) => {
    const needs = tokens.granted(wanted)
    const inside = Effect.acquireUseRelease(
      Effect.sync(() => move(needs, 1)),
      () => Effect.sleep(1),
      () => Effect.sync(() => move(needs, -1))
    )
    return Effect.forkChild(tokens.hold(needs, inside))
  })
  for (const [index, fiber] of fibers.entries())
    if (asked[index]?.interrupt === true) yield* Fiber.interrupt(fiber)
  for (const fiber of fibers) yield* Fiber.await(fiber)
  // all of it is free again
  yield* tokens.hold({ cpus: total.cpus, memoryBytes: total.memoryBytes }, Effect.void)
})
