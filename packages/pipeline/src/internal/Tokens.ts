// What the machine has to give: so many processes, cpus and bytes. A node waits until there is enough for it.
import type { Resources } from "@inkstone/stage"
import { Effect } from "effect"
import type { Capacity } from "../Capacity.ts"

interface Waiting {
  readonly needs: Resources
  readonly go: () => void
}

export class Tokens {
  readonly #total: Capacity
  #free: Capacity
  #waiting: ReadonlyArray<Waiting> = []

  constructor(total: Capacity) {
    this.#total = total
    this.#free = total
  }

  /** More than the machine has becomes all it has, so that the node runs alone. */
  granted(asked: Resources): Resources {
    const total = this.#total
    const { cpus, memoryBytes } = this.fits(asked) ? asked : total
    if (asked.gpus === undefined) return { cpus, memoryBytes }
    return { cpus, memoryBytes, gpus: this.fits(asked) ? asked.gpus : Math.min(asked.gpus, total.gpus) }
  }

  /** Whether the machine has what is asked for at all. Graphics cards are only counted where somebody said how many. */
  fits({ cpus, memoryBytes, gpus = 0 }: Resources): boolean {
    const total = this.#total
    return cpus <= total.cpus && memoryBytes <= total.memoryBytes && (gpus <= total.gpus || total.gpus === 0)
  }

  /** Runs the effect once `needs` are free (as `granted` gives them), and takes them back after it. */
  hold<A, E, R>(needs: Resources, effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> {
    return Effect.acquireUseRelease(
      Effect.interruptible(this.#acquire(needs)),
      () => effect,
      () =>
        Effect.sync(() => {
          this.#move(needs, 1)
          this.#wake()
        })
    )
  }

  #acquire(needs: Resources): Effect.Effect<void> {
    return Effect.callback<void>((resume) => {
      const waiting: Waiting = { needs, go: () => resume(Effect.void) }
      this.#waiting = [...this.#waiting, waiting]
      this.#wake()
      return Effect.sync(() => {
        // taken in the same moment: give it back
        if (this.#waiting.includes(waiting))
          this.#waiting = this.#waiting.filter((other) => other !== waiting)
        else this.#move(needs, 1)
        this.#wake()
      })
    })
  }

  /** In the order of asking; a small node may pass a big one, since every pipeline ends and the big one's turn comes. */
  #wake(): void {
    for (const waiting of this.#waiting) {
      if (!this.#hasNow(waiting.needs)) continue
      this.#move(waiting.needs, -1)
      this.#waiting = this.#waiting.filter((other) => other !== waiting)
      waiting.go()
    }
  }

  #hasNow({ cpus, memoryBytes, gpus = 0 }: Resources): boolean {
    const free = this.#free
    const gpusFit = this.#total.gpus === 0 || gpus <= free.gpus
    return free.jobs >= 1 && cpus <= free.cpus && memoryBytes <= free.memoryBytes && gpusFit
  }

  #move({ cpus, memoryBytes, gpus = 0 }: Resources, sign: 1 | -1): void {
    const free = this.#free
    this.#free = {
      jobs: free.jobs + sign,
      cpus: free.cpus + sign * cpus,
      memoryBytes: free.memoryBytes + sign * memoryBytes,
      gpus: free.gpus + sign * gpus
    }
  }
}
