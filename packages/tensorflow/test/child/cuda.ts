// Installs the CUDA variant and runs one product on the card; prints the devices and the result.
import { Effect } from "effect"
import { Device, Native, Session } from "../../src/index.ts"
import * as GraphDef from "../GraphDef.ts"

const T = GraphDef.type("float32")
const graph = GraphDef.encode([
  { name: "a", op: "Placeholder", attributes: { dtype: T } },
  { name: "product", op: "MatMul", inputs: ["a", "a"], attributes: { T }, device: "/device:GPU:0" }
])
await Effect.runPromise(
  Effect.scoped(
    Effect.gen(function* () {
      yield* Native.install(() => Effect.void)
      const devices = yield* Device.list
      const session = yield* Session.open(graph)
      const a = {
        node: "a:0",
        dtype: "float32",
        shape: [1, 1],
        values: Float32Array.of(Math.sqrt(6))
      } as const
      const [product] = session.run([a], ["product:0"])
      const kinds = devices.map((device) => device.kind).join()
      process.stdout.write(`${kinds} ${Math.round(product?.values[0] ?? 0)}`)
    })
  )
)
