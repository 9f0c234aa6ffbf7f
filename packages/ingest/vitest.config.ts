import { defineConfig } from "vitest/config"

// generous, since a busy machine is no failure
export default defineConfig({ test: { testTimeout: 120_000 } })
