import { defineConfig } from "vitest/config"

// files share a process each core: loading Effect and TensorFlow anew costs more CPU than most files' tests
export default defineConfig({
  // the longest suite of all: one worker, the default on two cores, would leave one of them idle at the end
  test: { globalSetup: "@inkstone/tensorflow/testkit", testTimeout: 120_000, maxWorkers: 2, isolate: false }
})
