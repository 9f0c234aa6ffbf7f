// The contract suite, on a stage that keeps it.
import { stageContract } from "../src/testkit.ts"
import { documents, Shout } from "./support/Shout.ts"

stageContract(Shout, [
  { name: "with a setting", config: { marks: 3 }, inputs: { documents } },
  { name: "with a file", config: { files: ["*.txt"] }, inputs: { documents }, files: { "a.txt": "x" } }
])
