// An open graph. Its variables live inside, so weights never cross into JavaScript between runs.
import { mkdtemp, open, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Effect, type Scope } from "effect"
import * as Binding from "./Binding.ts"
import * as Entry from "./Entry.ts"
import { NativeUnavailable, ProgramRejected, RunFailed } from "./errors.ts"
import * as Native from "./Native.ts"
import * as SavedModel from "./SavedModel.ts"
import * as SessionConfig from "./SessionConfig.ts"
import * as SpareHeap from "./SpareHeap.ts"
import type { Dtype, Feed, Tensor } from "./Tensor.ts"

// TF_DataType of tensorflow/c/tf_datatype.h
const code: Readonly<Record<Dtype, number>> = { float32: 1, int32: 3, bool: 10 }
const otherDtypes: Readonly<Record<number, string>> = {
  2: "float64",
  4: "uint8",
  7: "string",
  9: "int64",
  14: "bfloat16",
  19: "float16",
  20: "resource"
}

export interface Options {
  /**
   * Lets TensorFlow rewrite the graph before it runs it (Grappler). This takes 0.2 to 1 s for each new set of fetches of a small
   * network and makes no step faster, since the graph was fused when it was lowered; a large one takes less memory for it.
   */
  readonly rewrite?: boolean
}

/** A tensor for each output of the entry. */
export type Results<E extends Entry.Entry> = { readonly [Name in keyof E["outputs"]]: Tensor }

export class Session {
  readonly #binding: Binding.Binding
  #id: number | undefined
  #runs = 0

  private constructor(binding: Binding.Binding, id: number) {
    this.#binding = binding
    this.#id = id
  }

  /**
   * Opens a serialized GraphDef and closes it with the scope, variables included. TensorFlow prepares and compiles on the first
   * run of each set of fetches, not here.
   */
  static readonly open = Effect.fn("Session.open")(function* (
    graphDef: Uint8Array,
    { rewrite = false }: Options = {}
  ): Effect.fn.Return<Session, NativeUnavailable | ProgramRejected, Scope.Scope> {
    const binding = yield* Binding.load(yield* Native.require)
    return yield* Effect.acquireRelease(
      Effect.map(
        loadGraph(binding, graphDef, rewrite ? undefined : SessionConfig.asWritten),
        (id) => new Session(binding, id)
      ),
      (session) => Effect.sync(() => session.#close())
    )
  })

  /**
   * Opens a SavedModel with its numbers, from a folder as TensorFlow writes them, and closes it with the scope. Inputs and outputs
   * are those its signatures name.
   */
  static readonly openSavedModel = Effect.fn("Session.openSavedModel")(function* (
    folder: string,
    tag = "serve"
  ): Effect.fn.Return<Session, NativeUnavailable | ProgramRejected, Scope.Scope> {
    const binding = yield* Binding.load(yield* Native.require)
    return yield* Effect.acquireRelease(
      Effect.map(loadFolder(binding, folder, tag), (id) => new Session(binding, id)),
      (session) => Effect.sync(() => session.#close())
    )
  })

  /**
   * One synchronous run: 40 us and the copies of feeds and fetches. At least one fetch is needed; an operation that only
   * has effects is fetched through an output that depends on it.
   *
   * @param fetches names of tensors, such as `loss:0`
   * @throws RunFailed
   */
  run(feeds: ReadonlyArray<Feed>, fetches: ReadonlyArray<string>): ReadonlyArray<Tensor> {
    const failed = (reason: RunFailed["reason"], problem: string) =>
      new RunFailed({ reason, feeds: feeds.map((feed) => feed.node), fetches, problem })
    if (this.#id === undefined) throw failed("closed", "the session is closed")
    // once the variables have their values and the first step is done, whoever built the graph has let go of it
    if (this.#runs === 2) SpareHeap.giveBack()
    this.#runs++
    const inputs: Array<number> = []
    let outputs: ReadonlyArray<Binding.TensorInfo> = []
    try {
      for (const feed of feeds)
        inputs.push(this.#binding.createTensor(feed.shape, code[feed.dtype], feed.values))
      outputs = this.#binding.runSavedModel(
        this.#id,
        inputs,
        feeds.map((feed) => feed.node).join(","),
        fetches.join(",")
      )
      return outputs.map((output, i) => {
        const tensor = this.#read(output)
        if (tensor !== undefined) return tensor
        const dtype = otherDtypes[output.dtype] ?? `dtype ${output.dtype}`
        throw failed("unsupported-dtype", `${fetches[i]} is ${dtype}: cast it to float32, int32 or bool`)
      })
    } catch (cause) {
      if (cause instanceof RunFailed) throw cause
      const problem = problemOf(cause)
      // Eigen's and oneDNN's allocators say OOM, the BFC allocator of a GPU says "ran out of memory"
      const outOfMemory = /\bOOM\b|out of memory|RESOURCE_EXHAUSTED/i.test(problem)
      throw failed(
        outOfMemory ? "out-of-memory" : inputs.length < feeds.length ? "feed-mismatch" : "rejected",
        problem.replace("Session fail to run with error: ", "")
      )
    } finally {
      for (const input of inputs) this.#binding.deleteTensor(input)
      for (const output of outputs) this.#binding.deleteTensor(output.id)
    }
  }

  /**
   * Runs a program's entry by the names of its inputs and outputs, shapes and dtypes checked.
   *
   *     const { loss } = session.call(program.entries.train, { tokens: { shape: [B, T], values } })
   *
   * @throws RunFailed
   */
  call<const E extends Entry.Entry>(
    entry: E,
    given: { readonly [Name in keyof E["inputs"]]: Entry.Given }
  ): Results<E>
  call(entry: Entry.Entry, given: Readonly<Record<string, Entry.Given>>): Readonly<Record<string, Tensor>> {
    const names = Object.keys(entry.outputs)
    const tensors = this.run(
      Entry.feeds(entry, given),
      Object.values(entry.outputs).map((output) => output.node)
    )
    return Object.fromEntries(
      tensors.flatMap((tensor, i) => {
        const name = names[i]
        return name === undefined ? [] : [[name, tensor]]
      })
    )
  }

  /**
   * Runs entries that do not depend on each other in one run, for their effects: TensorFlow prepares each new set of fetches by
   * looking through the whole graph, which takes far longer than writing one variable.
   *
   * @throws RunFailed
   */
  callAll(
    calls: ReadonlyArray<{
      readonly entry: Entry.Entry
      readonly given: Readonly<Record<string, Entry.Given>>
    }>
  ): void {
    if (calls.length === 0) return
    this.run(
      calls.flatMap(({ entry, given }) => Entry.feeds(entry, given)),
      calls.flatMap(({ entry }) => Object.values(entry.outputs).map((output) => output.node))
    )
  }

  #read({ dtype, id, shape }: Binding.TensorInfo): Tensor | undefined {
    if (dtype !== code.float32 && dtype !== code.int32 && dtype !== code.bool) return undefined
    const values = this.#binding.tensorDataSync(id)
    if (values instanceof Float32Array) return { dtype: "float32", shape, values }
    if (values instanceof Int32Array) return { dtype: "int32", shape, values }
    if (values instanceof Uint8Array) return { dtype: "bool", shape, values }
    return undefined
  }

  #close() {
    if (this.#id !== undefined) this.#binding.deleteSavedModel(this.#id)
    this.#id = undefined
  }
}

const toDisk = <A>(work: () => Promise<A>) =>
  Effect.tryPromise({
    try: work,
    catch: (cause) =>
      new NativeUnavailable({
        missing: "disk space",
        problem: `the graph could not be written to ${tmpdir()}: ${problemOf(cause)}`,
        advice: "free some space there or name another folder in TMPDIR"
      })
  })

/** A temporary folder with the graph in it: TensorFlow's C API takes nothing else. */
const savedModel = Effect.fnUntraced(function* (graphDef: Uint8Array) {
  const folder = yield* Effect.acquireRelease(
    toDisk(() => mkdtemp(join(tmpdir(), "inkstone-graph-"))),
    (folder) => Effect.promise(() => rm(folder, { recursive: true, force: true }))
  )
  yield* toDisk(async () => {
    const file = await open(join(folder, "saved_model.pb"), "w")
    try {
      for (const piece of SavedModel.wrap(graphDef)) await file.writeFile(piece)
    } finally {
      await file.close()
    }
  })
  return folder
})

/** The id of a new session; the library has read everything when it returns. */
const loadFolder = (binding: Binding.Binding, folder: string, tag: string, config?: Uint8Array) =>
  Effect.try({
    try: () =>
      config === undefined
        ? binding.loadSavedModel(folder, tag)
        : binding.loadSavedModel(folder, tag, config),
    catch: (cause) =>
      new ProgramRejected({ problem: problemOf(cause).replace("Failed to load SavedModel: ", "") })
  })

const loadGraph = Effect.fnUntraced(function* (
  binding: Binding.Binding,
  graphDef: Uint8Array,
  config: Uint8Array | undefined
) {
  if (graphDef.length > SavedModel.maxGraphBytes)
    return yield* new ProgramRejected({
      problem: `it has ${graphDef.length} bytes, and a protobuf message holds 2 GiB: initialize inside the graph`
    })
  return yield* loadFolder(binding, yield* savedModel(graphDef), "serve", config)
}, Effect.scoped)

const problemOf = (cause: unknown) => (cause instanceof Error ? cause.message : String(cause))
