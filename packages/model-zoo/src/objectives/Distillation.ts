// Distillation (Sanh et al. 2019): a student learns the distribution of a teacher over tokens, hidden tokens themselves, and to
// point its hidden states where the teacher's point. The teacher is asked in the same step and stays as it is.
import {
  cast,
  cosineDistance,
  crossEntropy,
  frozen,
  GraphInvalid,
  Initializer,
  klDivergence,
  mul,
  type Objective,
  type Run,
  slice,
  type Tensor,
  variable,
  type Variable
} from "@inkstone/graph"
import type { CausalNetwork, EncoderDecoderNetwork, EncoderNetwork, Network } from "../Network.ts"
import { causal } from "./Causal.ts"
import { foretold, maskedInputs, tokensHead } from "./MaskedLanguage.ts"
import { textToText, written } from "./TextToText.ts"

/** What a variable of the teacher is called in the program of the student, which may have parameters of the same names. */
export const teacherName = (parameter: string): string => `teacher/${parameter}`

export interface DistillationSettings {
  /** divides the logits of both before they are compared */
  readonly temperature: number
  /** factor of each loss */
  readonly divergence: number
  readonly nats: number
  /** 0 for a teacher with other channels */
  readonly cosine: number
}

/** As DistilBERT was trained, by its authors' command. */
export const distilBert: DistillationSettings = { temperature: 2, divergence: 5, nats: 2, cosine: 1 }

/** What a teacher and its student have to agree in. */
const assertAlike = (what: "vocabSize" | "channels", [own, others]: readonly [number, number]): void => {
  if (own === others) return
  throw new GraphInvalid(
    "distillation",
    what === "vocabSize"
      ? `the student has a vocabulary of ${own}, its teacher one of ${others}: they must be the same`
      : `the student has ${own} channels, its teacher ${others}: set cosine to 0`
  )
}

/** The teacher's parameters, as variables of the student's program. */
const variablesOf = ({ parameters }: Network): ReadonlyMap<Tensor, Variable> =>
  new Map(
    parameters.map((parameter) => [
      parameter,
      variable(teacherName(parameter.name), parameter.dtype, parameter.shape, Initializer.zeros)
    ])
  )

/** What a network thinks of places and says of them. */
interface Said {
  /** `[B, T, C]` */
  readonly hidden: Tensor
  /** `[B, T, V]` */
  readonly logits: Tensor
}

interface Lesson {
  readonly teacher: Said
  readonly variables: ReadonlyMap<Tensor, Variable>
  readonly settings: DistillationSettings
  readonly weights: Tensor
}

/** The student's distributions and directions beside the teacher's, at places that count. */
const compared = (student: Said, { settings, teacher, variables, weights }: Lesson) => {
  const { cosine, divergence, temperature } = settings
  const [goal = teacher.hidden, likely = teacher.logits] = frozen([teacher.hidden, teacher.logits], variables)
  const widths = [Number(student.hidden.shape.at(-1)), Number(goal.shape.at(-1))] as const
  if (cosine !== 0) assertAlike("channels", widths)
  const apart = klDivergence(likely, student.logits, { temperature }) // [B, T]
  return {
    divergence: { values: mul(apart, temperature ** 2), weights, factor: divergence },
    ...(cosine === 0
      ? {}
      : { cosine: { values: cosineDistance(student.hidden, goal), weights, factor: cosine } })
  }
}

interface Taught {
  /** Not trained, without slots, and not set by `init`: write into each the array of the teacher that `teacherName` names. */
  readonly teacher: ReadonlyArray<Variable>
}

/**
 * A student that fills in hidden tokens, and a teacher of any family that does. Inputs: those of masked language modelling.
 * Values: `divergence` [B, T], of the student's distribution from the teacher's at each token that is no padding, in nats at the
 * temperature, times its square; `nats` [B, P] of hidden tokens; `cosine` [B, T], 1 minus the cosine between the hidden states of
 * both, left out where its factor is 0.
 *
 * @throws GraphInvalid if one of the networks has no head for tokens, or they do not agree in vocabulary, or in channels where
 * hidden states are compared
 */
export const distillation = (
  student: EncoderNetwork,
  teacher: EncoderNetwork,
  settings: DistillationSettings = distilBert
) => {
  assertAlike("vocabSize", [student.vocabSize, teacher.vocabSize])
  if (settings.cosine !== 0) assertAlike("channels", [student.channels, teacher.channels])
  const inputs = maskedInputs()
  const variables = variablesOf(teacher)
  const [says, taught] = [tokensHead(student), tokensHead(teacher)]
  const terms = (run: Run) => {
    const { mask, tokens } = inputs
    const asked = { precision: run.precision, mask } // the teacher drops nothing
    const shown = teacher.hidden(tokens, asked) // [B, T, C]
    const hidden = student.hidden(tokens, { ...run, mask }) // [B, T, C]
    const lesson = {
      teacher: { hidden: shown, logits: taught(shown, asked) },
      variables,
      settings,
      weights: cast(mask, "float32") // [B, T]
    }
    return {
      ...compared({ hidden, logits: says(hidden, run) }, lesson),
      nats: { ...foretold(says, hidden, { ...inputs, run }), factor: settings.nats }
    }
  }
  const { parameters } = student
  return { parameters, inputs, terms, teacher: [...variables.values()] } satisfies Objective & Taught
}

/**
 * A student that writes from left to right, and a teacher of any family that does. Inputs: those of `causal`. Values: as of
 * `distillation`, each [B, T], of next tokens that count.
 *
 * @throws GraphInvalid if they do not agree in vocabulary, or, when terms are built, in channels where hidden states are compared
 */
export const distillationCausal = (
  student: CausalNetwork,
  teacher: CausalNetwork,
  settings: DistillationSettings = distilBert
) => {
  assertAlike("vocabSize", [student.vocabSize, teacher.vocabSize])
  const { inputs, parameters } = causal(student)
  const variables = variablesOf(teacher)
  const terms = (run: Run) => {
    const { tokens, weights } = inputs
    const said = (network: CausalNetwork, reading: Run): Said => {
      const hidden = network.hidden(slice(tokens, { axis: 1, from: 0, size: "T" }), reading) // [B, T, C]
      return { hidden, logits: network.logits(hidden, reading.precision) }
    }
    const own = said(student, run)
    const next = slice(tokens, { axis: 1, from: 1, size: "T" }) // [B, T]
    return {
      ...compared(own, {
        teacher: said(teacher, { precision: run.precision }),
        variables,
        settings,
        weights
      }),
      nats: { values: crossEntropy(own.logits, next), weights, factor: settings.nats }
    }
  }
  return { parameters, inputs, terms, teacher: [...variables.values()] } satisfies Objective & Taught
}

/**
 * A student that reads one text and writes another, and a teacher that does. Inputs: those of `textToText`. Values: as of
 * `distillation`, each [B, T], of tokens of the target that count; hidden states are those of the decoder.
 *
 * @throws GraphInvalid if they do not agree in vocabulary, or, when terms are built, in channels where hidden states are compared
 */
export const distillationTextToText = (
  student: EncoderDecoderNetwork,
  teacher: EncoderDecoderNetwork,
  settings: DistillationSettings = distilBert
) => {
  assertAlike("vocabSize", [student.vocabSize, teacher.vocabSize])
  const { inputs, parameters } = textToText(student)
  const variables = variablesOf(teacher)
  const terms = (run: Run) => {
    const { targets, weights } = inputs
    const said = (network: EncoderDecoderNetwork, reading: Run): Said => {
      const hidden = written(network, inputs, reading) // [B, T, C]
      return { hidden, logits: network.logits(hidden, reading.precision) }
    }
    const own = said(student, run)
    return {
      ...compared(own, {
        teacher: said(teacher, { precision: run.precision }),
        variables,
        settings,
        weights
      }),
      nats: { values: crossEntropy(own.logits, targets), weights, factor: settings.nats }
    }
  }
  return { parameters, inputs, terms, teacher: [...variables.values()] } satisfies Objective & Taught
}
