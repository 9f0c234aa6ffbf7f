// `artifact.json`: what an artifact says (its `contents`, whose digest is its name) and which bytes say it (its `files`). It
// carries a digest of itself as well, so that no bit of a sealed folder can change unseen.
import { createHash } from "node:crypto"
import { Schema } from "effect"
import { canonicalJson } from "../CanonicalJson.ts"
import { TableContents } from "./TableContents.ts"

/** Of the layout of the folder and of the digests; readers refuse a newer one. */
export const format = 1

const Contents = Schema.Struct({
  kind: Schema.String,
  version: Schema.Int,
  attributes: Schema.Json,
  tables: Schema.Record(Schema.String, TableContents)
})
export type Contents = typeof Contents.Type

export const Manifest = Schema.Struct({
  format: Schema.Int,
  /** logical digest: SHA-256 of the canonical JSON of `contents` */
  digest: Schema.String,
  contents: Contents,
  /** byte digests, by file name */
  files: Schema.Record(Schema.String, Schema.Struct({ bytes: Schema.Int, sha256: Schema.String })),
  producer: Schema.String,
  /** SHA-256 of the canonical JSON of all of the above */
  self: Schema.String
})
export type Manifest = typeof Manifest.Type

const sha256 = (value: unknown): string => createHash("sha256").update(canonicalJson(value)).digest("hex")

/** The logical digest. */
export const digestOf = (contents: Contents): string => sha256(contents)

export const make = (contents: Contents, files: Manifest["files"]): Manifest => {
  const producer = `@inkstone/artifact format ${format}, node ${process.versions.node}`
  const body = { format, digest: digestOf(contents), contents, files, producer }
  return { ...body, self: sha256(body) }
}

/** Without a closing newline: then every byte of the file counts. */
export const print = (manifest: Manifest): string => JSON.stringify(manifest, null, 2)

/** What is wrong with a manifest that should be the one of `kind` and `digest`, or nothing. */
export const problemWith = (manifest: Manifest, kind: string, digest: string): string => {
  const { self, ...body } = manifest
  if (sha256(body) !== self) return "does not match its own digest"
  if (digestOf(manifest.contents) !== manifest.digest) return "its contents do not match the logical digest"
  if (manifest.contents.kind !== kind) return `is of kind ${manifest.contents.kind}`
  if (manifest.digest !== digest) return `is that of ${manifest.digest.slice(0, 12)}`
  return ""
}

export const decode = Schema.decodeUnknownEffect(Schema.fromJsonString(Manifest))
