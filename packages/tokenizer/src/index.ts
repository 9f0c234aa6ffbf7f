export { BpeTrainer, type BpeSettings } from "./BpeTrainer.ts"
export { encode } from "./EncodeStage.ts"
export { loadTokenizer } from "./TokenizerArtifact.ts"
export type { Encoding } from "./Encoding.ts"
export { Padding } from "./Padding.ts"
export { Truncation, TruncationImpossible } from "./Truncation.ts"
export type { StepEncoder } from "./StepEncoder.ts"
export {
  byteLevelBpe,
  type EncodeOptions,
  type EncodingOptions,
  type IdsWithOffsets,
  TextTokenizer
} from "./TextTokenizer.ts"
export { TokenizerInvalid } from "./TokenizerInvalid.ts"
export { readTokenizerFiles, type TokenizerFiles } from "./TokenizerFiles.ts"
export { parseTokenizerJson, toJson } from "./TokenizerJson.ts"
export { bertTokenizer } from "./BertTokenizer.ts"
export { type CharacterSettings, CharacterTrainer } from "./CharacterTokenizer.ts"
export { train } from "./TrainStage.ts"
export { type WordPieceSettings, WordPieceTrainer } from "./WordPieceTrainer.ts"
export { byteVocabulary, type Vocabulary } from "./Vocabulary.ts"
export { pack } from "./packing/PackStage.ts"
export { report } from "./report/ReportStage.ts"
export { metricsOf, Statistics } from "./report/Statistics.ts"
export { countText } from "./report/TextCounts.ts"
export { encodeExamples as "encode-examples" } from "./examples/EncodeExamplesStage.ts"
export { encodePairs as "encode-pairs" } from "./examples/EncodePairsStage.ts"
export { UnigramTrainer, type UnigramSettings } from "./unigram/UnigramTrainer.ts"
export { unigramTokenizer } from "./unigram/UnigramTokenizer.ts"
export { fromModelFile } from "./sentencepiece/Conversion.ts"
export { type ModelFile, parseModelFile } from "./sentencepiece/ModelFile.ts"
export { SentencePiece } from "./sentencepiece/SentencePiece.ts"
export { parseRanks, type RankEncoding, rankEncodings, toRanks } from "./tiktoken/RankFile.ts"
