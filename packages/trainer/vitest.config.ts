import { defineConfig } from "vitest/config"

// files share a process each core: loading Effect and TensorFlow anew costs more CPU than most files' tests
export default defineConfig({
  test: { globalSetup: "@inkstone/tensorflow/testkit", testTimeout: 120_000, isolate: false }
})
