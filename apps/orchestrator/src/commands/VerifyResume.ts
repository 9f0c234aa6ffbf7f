// `inkstone verify-resume`: trains, stops, kills and compares, for a pipeline of one's own.
import { Effect, Option } from "effect"
import { Command, Flag } from "effect/cli"
import { failed } from "../Failure.ts"
import * as Flags from "../Flags.ts"
import { table } from "../Table.ts"
import * as Terminal from "../Terminal.ts"
import type { Proof } from "../verify/ResumeProof.ts"

const short = (digest: string) => (digest === "" ? "–" : digest.slice(0, 12))

const inWords = ({ equal, folder, kills, node, parts, steps, stoppedAt }: Proof): string =>
  [
    `${node}: ${steps} steps; stopped at ${stoppedAt}; killed ${kills} times`,
    table([
      ["what", "undisturbed", "stopped", "killed", "equal"],
      ...parts.map((part) => [
        part.what,
        short(part.undisturbed),
        short(part.stopped),
        short(part.killed),
        part.equal ? "yes" : "NO"
      ])
    ]),
    equal ? "Every part is equal: a resume changes nothing" : "NOT EQUAL: a resume changes the result",
    ...(folder === undefined ? [] : [`kept in ${folder}`]),
    ""
  ].join("\n")

export const verifyResume = Command.make(
  "verify-resume",
  {
    pipeline: Flags.pipeline,
    profile: Flags.profile,
    nodes: Flag.String("node").pipe(
      Flag.withDescription("Only this training (default: every node that goes on from checkpoints)"),
      Flag.atLeast(0)
    ),
    steps: Flag.Int("steps").pipe(
      Flag.withDescription("Step at which the second training is stopped (default: half-way)"),
      Flags.between(1),
      Flag.optional
    ),
    of: Flag.Int("of").pipe(
      Flag.withDescription("Train so many steps instead of what the pipeline says"),
      Flags.between(2),
      Flag.optional
    ),
    kills: Flag.Int("kills").pipe(
      Flag.withDescription("Times that the third training is killed with kill -9, at random moments"),
      Flags.between(1, 1000),
      Flag.withDefault(5)
    ),
    seed: Flag.Int("seed").pipe(
      Flag.withDescription("Of the moments at which it is killed"),
      Flag.withDefault(1)
    ),
    keep: Flag.Boolean("keep").pipe(
      Flag.withDescription("Leave the three trainings in the store's folder `verify`"),
      Flag.withDefault(false)
    ),
    store: Flags.store,
    json: Flags.json
  },
  Effect.fn("inkstone verify-resume")(function* (given) {
    const { json, keep, kills, nodes: names, pipeline: file, profile, seed, store } = given
    const { Pipeline } = yield* Effect.promise(() => import("@inkstone/pipeline"))
    const ResumeProof = yield* Effect.promise(() => import("../verify/ResumeProof.ts"))
    const pipeline = yield* Pipeline.load(file, { profile })
    const trainings = pipeline.nodes.filter(
      ({ bestOf, stage }) => stage.goesOnFrom !== undefined && bestOf === undefined
    )
    const nodes = trainings.filter(
      ({ id, node }) => names.length === 0 || names.includes(id) || names.includes(node)
    )
    if (nodes.length === 0) {
      const known =
        trainings.length === 0 ? "It has none" : `It has ${trainings.map(({ id }) => id).join(", ")}`
      const asked = names.length === 0 ? "training" : `training ${names.join(", ")}`
      return yield* failed(
        "config",
        `${pipeline.name} has no ${asked} that goes on from checkpoints. ${known}`
      )
    }
    for (const stage of new Set(nodes.map(({ stage }) => stage)))
      yield* Effect.mapError(
        stage.prepare(() => Effect.void),
        (failure) => failed(failure.category, failure.message)
      )
    let equal = true
    for (const node of nodes) {
      const view = Terminal.view(json)
      const label = (training: string) => `${node.id}: ${training}`
      const proof = yield* ResumeProof.prove({
        pipeline,
        node,
        store,
        stopAt: Option.getOrUndefined(given.steps),
        of: Option.getOrUndefined(given.of),
        kills,
        seed,
        keep,
        report: (training, progress) =>
          view.on({ type: "progress", node: label(training), progress }, performance.now()),
        finished: (training, milliseconds) =>
          view.on(
            {
              type: "node-finished",
              result: {
                id: label(training),
                stage: node.stage.name,
                status: "ran",
                outputs: {},
                attempts: 1,
                milliseconds
              }
            },
            performance.now()
          )
      }).pipe(
        Effect.ensuring(Effect.sync(() => view.close())),
        Effect.catchTag("StageFailure", (failure) =>
          failed(failure.category, `${node.id}: ${failure.message}`)
        )
      )
      equal &&= proof.equal
      Terminal.out.write(
        json ? `${JSON.stringify({ type: "verify-resume", ...proof })}\n` : `\n${inWords(proof)}`
      )
    }
    if (!equal)
      return yield* failed("data", "a training that was interrupted does not end as one that was not")
  })
).pipe(
  Command.withDescription(
    "Prove that a resume changes nothing: train undisturbed, stopped and gone on with, and killed with kill -9 at random moments; compare weights, optimizer, trace and the ledger of which rows were in which batch by digest. In a store of its own, which is removed"
  ),
  Command.withExamples([
    { command: "inkstone verify-resume pipelines/smoke.yaml", description: "Every training of a pipeline" },
    {
      command: "inkstone verify-resume pipelines/lunyu.yaml --node gpt --of 60 --steps 25 --kills 20",
      description: "60 steps of one training: stopped at 25, and killed 20 times"
    }
  ])
)
