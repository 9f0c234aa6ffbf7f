// Imports the package as a stage does; prints what of TensorFlow that brought into the process.
import { readFileSync } from "node:fs"
import * as Tensorflow from "../../src/index.ts"

const maps = readFileSync("/proc/self/maps", "utf8")
const brought = ["libtensorflow", "tfjs_binding"].filter((name) => maps.includes(name))
process.stdout.write(JSON.stringify({ exports: "Session" in Tensorflow, brought }))
