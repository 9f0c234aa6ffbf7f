// A vitest `globalSetup` for packages whose tests run graphs: installs the native library before the first test.
//
//     export default defineConfig({ test: { globalSetup: "@inkstone/tensorflow/testkit" } })
import { Effect } from "effect"
import * as Native from "./Native.ts"

/** Called by vitest. Says on stderr what it does when there is something to install. */
export const setup = async (): Promise<void> => {
  let said = ""
  const report = ({ note }: Native.Progress) =>
    Effect.sync(() => {
      const line = `TensorFlow: ${note}\n`
      if (line !== said) process.stderr.write(line)
      said = line
    })
  await Effect.runPromise(Native.install(report))
}
