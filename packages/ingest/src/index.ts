export * from "./Ingest.ts"
