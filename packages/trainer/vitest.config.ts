import { defineConfig } from "vitest/config"

export default defineConfig({ test: { globalSetup: "@inkstone/tensorflow/testkit", testTimeout: 120_000 } })
