// What is known of the trials of a pipeline's searches at the moment, and what follows from it.
import type { Pipeline, PipelineNode } from "../Pipeline.ts"
import * as Halving from "../search/Halving.ts"
import type { Role, Search } from "../search/Search.ts"
import type { Result } from "./judgement.ts"

export type Outcome =
  | { readonly type: "best"; readonly trial: number; readonly rung: number; readonly node: string }
  | { readonly type: "open"; readonly because: string }
  | { readonly type: "failed"; readonly why: string }

export class SearchState {
  readonly #searches: ReadonlyMap<string, Search>
  /** by label of the node that judges */
  readonly #judged = new Map<string, Role>()
  /** by label of the trial's node */
  readonly #results = new Map<string, Result>()

  constructor({ searches }: Pick<Pipeline, "searches">) {
    this.#searches = new Map(searches.map((search) => [search.id, search]))
    for (const { id, trials } of searches) {
      for (const [trial, { judges }] of trials.entries())
        for (const [rung, label] of judges.entries()) this.#judged.set(label, { search: id, trial, rung })
    }
  }

  /** The search that this node decides something about: by its number, or by failing. */
  concerned(node: PipelineNode): Search | undefined {
    const role = this.#judged.get(node.id) ?? node.trial
    return role === undefined ? undefined : this.#searches.get(role.search)
  }

  /** The search whose trials this node judges. */
  judgedBy(node: PipelineNode): Search | undefined {
    const role = this.#judged.get(node.id)
    return role === undefined ? undefined : this.#searches.get(role.search)
  }

  note(node: PipelineNode, result: Result): void {
    const role = this.#judged.get(node.id) ?? node.trial
    if (role !== undefined) this.#results.set(this.#label(role), result)
  }

  result({ search, trial, rung }: Role): Result | undefined {
    return this.#results.get(this.#label({ search, trial, rung }))
  }

  /** Of a node that is left out: whether its trial would have had a turn here, and so will never be known. */
  isMissing(node: PipelineNode): boolean {
    const role = this.#judged.get(node.id) ?? node.trial
    const search = role === undefined ? undefined : this.#searches.get(role.search)
    if (role === undefined || search === undefined || this.result(role) !== undefined) return false
    return Halving.verdict(search.ladder, role, this.known(search)).type === "go"
  }

  /** Labels of the nodes that all trials begin with. */
  beginnings(id: string): ReadonlyArray<string> {
    return this.#searches.get(id)?.trials.flatMap(({ nodes }) => nodes.slice(0, 1)) ?? []
  }

  /** Whether a trial goes on to its rung; `go` for every other node. */
  verdict({ trial }: PipelineNode): Halving.Verdict {
    const search = trial === undefined ? undefined : this.#searches.get(trial.search)
    return trial === undefined || search === undefined
      ? { type: "go" }
      : Halving.verdict(search.ladder, trial, this.known(search))
  }

  known({ id }: Search): Halving.Known {
    return (trial, rung) => this.result({ search: id, trial, rung })
  }

  outcome(id: string): Outcome {
    const search = this.#searches.get(id)
    if (search === undefined) return { type: "open", because: "" }
    const { ladder, trials } = search
    const known = this.known(search)
    for (const rung of ladder.lengths.keys()) {
      const members = Halving.members(ladder, rung, known) ?? []
      const open = members.filter((trial) => known(trial, rung) === undefined).length
      if (open > 0)
        return {
          type: "open",
          because: openOf(open, members.length, ladder.lengths.length > 1 ? rung : undefined)
        }
    }
    for (const rung of [...ladder.lengths.keys()].toReversed()) {
      const members = Halving.members(ladder, rung, known) ?? []
      const trial = Halving.ranked(members, rung, known)[0]
      const node = trial === undefined ? undefined : trials[trial]?.nodes[rung]
      if (trial !== undefined && node !== undefined) return { type: "best", trial, rung, node }
    }
    const first = this.result({ search: id, trial: 0, rung: 0 })
    const why = first?.type === "failed" ? first.why : ""
    return { type: "failed", why: `all ${trials.length} trials of ${id} failed, the first one: ${why}` }
  }

  #label({ search, trial, rung }: Role): string {
    return this.#searches.get(search)?.trials[trial]?.nodes[rung] ?? ""
  }
}

const openOf = (open: number, all: number, rung: number | undefined) =>
  `${open} of ${all} trials${rung === undefined ? "" : ` of rung ${rung}`} are open`
