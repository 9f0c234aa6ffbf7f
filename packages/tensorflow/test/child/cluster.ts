// Runs x * x + x through a function marked for XLA; prints the result. TensorFlow logs to stderr what it compiled.
import { Effect } from "effect"
import { Session } from "../../src/index.ts"
import * as GraphDef from "../GraphDef.ts"

const { bool, func, type, types } = GraphDef
const T = type("float32")
const mustCompile = { _XlaMustCompile: bool(true) }
const graph = GraphDef.encode(
  [
    { name: "x", op: "Placeholder", attributes: { dtype: T } },
    {
      name: "cluster",
      op: "PartitionedCall",
      inputs: ["x"],
      attributes: { Tin: types("float32"), Tout: types("float32"), f: func("body"), ...mustCompile }
    }
  ],
  [
    {
      name: "body",
      inputs: [["x", "float32"]],
      outputs: [["y", "float32"]],
      nodes: [
        { name: "square", op: "Mul", inputs: ["x", "x"], attributes: { T } },
        { name: "sum", op: "AddV2", inputs: ["square:z:0", "x"], attributes: { T } }
      ],
      returns: { y: "sum:z:0" },
      attributes: { ...mustCompile, _noinline: bool(true) }
    }
  ]
)
await Effect.runPromise(
  Effect.scoped(
    Effect.gen(function* () {
      const session = yield* Session.open(graph)
      const x = { node: "x:0", dtype: "float32", shape: [3], values: Float32Array.of(1, 2, -3) } as const
      process.stdout.write(JSON.stringify([...(session.run([x], ["cluster:0"])[0]?.values ?? [])]))
    })
  )
)
