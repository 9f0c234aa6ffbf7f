export { ByteLevelBpe, type EncodeOptions, type Encoding } from "./ByteLevelBpe.ts"
export { loadTokenizer } from "./TokenizerArtifact.ts"
export { parseTokenizerJson, toJson, TokenizerInvalid } from "./TokenizerJson.ts"
export { byteVocabulary, type Vocabulary } from "./Vocabulary.ts"
