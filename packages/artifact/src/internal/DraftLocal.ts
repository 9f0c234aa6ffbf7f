// A draft in a temporary folder: tables are written as their batches come, nothing of it can be seen from the store.
import { open } from "node:fs/promises"
import { join } from "node:path"
import { Effect, Exit, Result, Schema, Semaphore } from "effect"
import type { Draft } from "../Artifact.ts"
import { canonicalJson } from "../CanonicalJson.ts"
import { ArtifactInvalid, type StorageFailed } from "../errors.ts"
import type { AttributesOf, Kind, Rows, TableName } from "../Kind.ts"
import { fileName } from "./ArtifactLocal.ts"
import { disk, syncFolder } from "./Disk.ts"
import * as Manifest from "./Manifest.ts"
import { encodeRows } from "./Rows.ts"
import { TableWriter } from "./TableWriter.ts"

/** `broken`: a write failed half-way, so the files are not what their digests say. */
type State = "open" | "broken" | "sealed"

export class DraftLocal<K extends Kind> implements Draft<K> {
  readonly definition: K
  readonly directory: string
  private readonly turns = Semaphore.makeUnsafe(1)
  private readonly writers = new Map<string, TableWriter>()
  private attributes: { readonly decoded: AttributesOf<K>; readonly encoded: Schema.Json } | undefined
  private state: State = "open"

  constructor(definition: K, directory: string) {
    this.definition = definition
    this.directory = directory
    for (const [table, spec] of Object.entries(definition.tables)) {
      const about = new Map([
        ["inkstone.kind", definition.name],
        ["inkstone.version", String(definition.version)],
        ["inkstone.table", table]
      ])
      this.writers.set(table, new TableWriter(join(directory, fileName(table)), spec, about))
    }
  }

  append<T extends TableName<K>>(
    table: T,
    rows: Rows<K["tables"][T]>
  ): Effect.Effect<void, ArtifactInvalid | StorageFailed> {
    return this.turn(
      Effect.gen({ self: this }, function* () {
        const spec = this.definition.tables[table]
        const writer = this.writers.get(table)
        if (spec === undefined || writer === undefined) return yield* this.invalid(`has no table "${table}"`)
        const data = encodeRows(spec, rows)
        if (Result.isFailure(data)) return yield* this.invalid(`table "${table}": ${data.failure}`)
        const problem = writer.refuses(data.success)
        if (problem !== "") return yield* this.invalid(`table "${table}": ${problem}`)
        yield* disk(join(this.directory, fileName(table)), () => writer.append(data.success)).pipe(
          Effect.onExit((exit) => this.breakUnless(exit))
        )
      })
    )
  }

  describe(attributes: AttributesOf<K>): Effect.Effect<void, ArtifactInvalid> {
    return Effect.gen({ self: this }, function* () {
      if (this.attributes !== undefined) return yield* this.invalid("describe was called twice")
      const encoded = yield* Schema.encodeUnknownEffect(this.definition.attributes, {
        onExcessProperty: "error"
      })(attributes).pipe(Effect.catch((error) => this.invalid(`attributes: ${error.message}`)))
      const json: unknown = yield* Effect.try({
        try: () => JSON.parse(canonicalJson(encoded)),
        catch: (cause) =>
          new ArtifactInvalid({ kind: this.definition.name, problem: `attributes: ${String(cause)}` })
      })
      this.attributes = {
        decoded: attributes,
        encoded: yield* Effect.orDie(Schema.decodeUnknownEffect(Schema.Json)(json))
      }
    })
  }

  /** Ends every file, writes `artifact.json` and waits for the disk: the folder is then ready to be renamed. */
  finish(): Effect.Effect<
    { readonly manifest: Manifest.Manifest; readonly attributes: AttributesOf<K> },
    ArtifactInvalid | StorageFailed
  > {
    return this.turn(
      Effect.gen({ self: this }, function* () {
        if (this.attributes === undefined)
          return yield* this.invalid("describe was not called before sealing")
        this.state = "sealed"
        const contents: Record<string, Manifest.Contents["tables"][string]> = {}
        const files: Record<string, Manifest.Manifest["files"][string]> = {}
        for (const [table, writer] of this.writers) {
          const name = fileName(table)
          const written = yield* disk(join(this.directory, name), () => writer.finish())
          contents[table] = written.contents
          files[name] = written.file
        }
        const { name, version } = this.definition
        const { decoded, encoded } = this.attributes
        const manifest = Manifest.make({ kind: name, version, attributes: encoded, tables: contents }, files)
        yield* disk(this.directory, () => this.writeManifest(manifest))
        return { manifest, attributes: decoded }
      })
    )
  }

  /** Closes what is still open; the folder itself belongs to the scope. */
  readonly close: Effect.Effect<void> = Effect.suspend(() =>
    Effect.promise(() => Promise.allSettled([...this.writers.values()].map((writer) => writer.close())))
  )

  private async writeManifest(manifest: Manifest.Manifest): Promise<void> {
    await using file = await open(join(this.directory, "artifact.json"), "w")
    await file.writeFile(Manifest.print(manifest))
    await file.sync()
    await syncFolder(this.directory)
  }

  /** One at a time, and whole: an interruption waits until the batch is written. */
  private turn<A, E>(work: Effect.Effect<A, E>): Effect.Effect<A, E | ArtifactInvalid> {
    const checked = Effect.gen({ self: this }, function* () {
      if (this.state === "sealed") return yield* this.invalid("the draft was sealed already")
      if (this.state === "broken") return yield* this.invalid("an earlier write to the draft failed")
      return yield* work
    })
    return this.turns.withPermits(1)(Effect.uninterruptible(checked))
  }

  private breakUnless(exit: Exit.Exit<void, StorageFailed>): Effect.Effect<void> {
    return Effect.sync(() => {
      if (Exit.isFailure(exit)) this.state = "broken"
    })
  }

  private invalid(problem: string): Effect.Effect<never, ArtifactInvalid> {
    return Effect.fail(new ArtifactInvalid({ kind: this.definition.name, problem }))
  }
}
