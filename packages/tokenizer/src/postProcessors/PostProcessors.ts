// The post-processors that a `tokenizer.json` may name.
import { partOf, type ReadPart } from "../Part.ts"
import { readBert } from "./Bert.ts"
import { readByteLevel } from "./ByteLevel.ts"
import type { PostProcessor } from "./PostProcessor.ts"
import { readRoberta } from "./Roberta.ts"
import { readSequence } from "./Sequence.ts"
import { readTemplate } from "./Template.ts"

export const readPostProcessor: ReadPart<PostProcessor> = partOf({
  BertProcessing: readBert,
  ByteLevel: readByteLevel,
  RobertaProcessing: readRoberta,
  Sequence: readSequence((json, field) => readPostProcessor(json, field)),
  TemplateProcessing: readTemplate
})
