// One installation at a time. The lock is a listening socket in Linux's abstract namespace: the kernel gives it back
// when its process ends, however it ends, so there is nothing stale to clean up after a kill -9.
import { createHash } from "node:crypto"
import { connect, createServer, type Socket } from "node:net"
import { Effect, type Scope } from "effect"

/** Undefined if another process holds it. */
const tryAcquire = (address: string) =>
  Effect.callback<(() => void) | undefined>((resume) => {
    const waiting = new Set<Socket>()
    const server = createServer((socket) => {
      waiting.add(socket)
      socket.unref()
      socket.on("error", () => {}) // a waiter that gave up
      socket.on("close", () => waiting.delete(socket))
    })
    const release = () => {
      server.close()
      for (const socket of waiting) socket.destroy()
    }
    // where such sockets do not exist at all, the atomic rename alone keeps order
    server.once("error", (error: NodeJS.ErrnoException) =>
      resume(Effect.succeed(error.code === "EADDRINUSE" ? undefined : () => {}))
    )
    server.listen(address, () => resume(Effect.succeed(release)))
    server.unref()
  })

/** Returns when the process that holds the lock has let go, or at once if none does. */
const released = (address: string) =>
  Effect.callback<void>((resume) => {
    const socket = connect(address)
    socket.resume()
    socket.on("error", () => resume(Effect.void))
    socket.on("close", () => resume(Effect.void))
    return Effect.sync(() => void socket.destroy())
  })

/**
 * Holds the lock named by a path until the scope closes; `onWait` runs once if another process has it. It guards within
 * one machine; between machines that share a home, it is the atomic rename at the end that keeps order.
 */
export const hold = Effect.fn("Lock.hold")(function* (
  path: string,
  onWait: Effect.Effect<void>
): Effect.fn.Return<void, never, Scope.Scope> {
  const address = `\0inkstone-${createHash("sha256").update(path).digest("hex").slice(0, 32)}`
  let waited = false
  while (true) {
    const acquired = yield* Effect.acquireRelease(tryAcquire(address), (release) =>
      Effect.sync(() => release?.())
    )
    if (acquired !== undefined) return
    if (!waited) yield* onWait
    waited = true
    yield* released(address)
  }
})
