// The texts beside a served model. TensorFlow Serving: tensorflow.org/tfx/serving/serving_config. Alibaba PAI-EAS: "TensorFlow
// processor" and "Deploy model services with TensorFlow Serving" on alibabacloud.com/help/en/pai (seen as of March and April 2026).

/** Versions of the built-in processor, as that page lists them, from the oldest that was tried; newer ones come as an image. */
export type Processor =
  | "tensorflow_cpu_1.15"
  | "tensorflow_cpu_2.3"
  | "tensorflow_cpu_2.4"
  | "tensorflow_cpu_2.7"
  | "tensorflow_gpu_1.15"
  | "tensorflow_gpu_2.4"
  | "tensorflow_gpu_2.7"

export interface Eas {
  /** where the packed model will be: `oss://bucket/path/model.tar.gz`, or an address of OSS */
  readonly modelPath: string
  /** `tensorflow_cpu_2.7` if left out */
  readonly processor?: Processor
  /** 1 if left out */
  readonly instances?: number
  /** cores of an instance; 1 if left out */
  readonly cpu?: number
  /** memory of an instance in MB; by the size of the weights if left out */
  readonly memoryMb?: number
}

export interface Described {
  readonly name: string
  readonly version: number
  /** of the weights */
  readonly bytes: number
  /** input names of each signature */
  readonly inputs: Readonly<Record<string, ReadonlyArray<string>>>
}

/** ModelServerConfig in text: the highest version of each model is served. */
export const modelsConfig = (names: ReadonlyArray<string>): string => {
  const configs = names.map((name) =>
    [
      "  config {",
      `    name: "${name}"`,
      `    base_path: "/models/${name}"`,
      '    model_platform: "tensorflow"',
      "  }"
    ].join("\n")
  )
  return `model_config_list {\n${configs.join("\n")}\n}\n`
}

/** The weights, what a run needs beside them and the server; the example of the documentation has 4000. */
const memoryFor = (bytes: number) => Math.max(4000, Math.ceil((bytes * 3) / 1e6 / 1000) * 1000)

/** `service.json` for the TensorFlow processor of PAI-EAS. */
export const serviceJson = (eas: Eas, { bytes, name }: Described): string =>
  `${JSON.stringify(
    {
      name,
      model_path: eas.modelPath,
      processor: eas.processor ?? "tensorflow_cpu_2.7",
      metadata: {
        instance: eas.instances ?? 1,
        cpu: eas.cpu ?? 1,
        memory: eas.memoryMb ?? memoryFor(bytes)
      }
    },
    null,
    2
  )}\n`

/** A request in columns, as TensorFlow Serving takes it: one row of three tokens. */
const example = (names: ReadonlyArray<string>): string =>
  JSON.stringify({
    inputs: Object.fromEntries(
      names.map((key) => [
        key,
        [key.includes("mask") ? [1, 1, 1] : key.includes("type") ? [0, 0, 0] : [5, 6, 7]]
      ])
    )
  })

/** How to run and to ask it. */
export const readme = ({ inputs, name, version }: Described, eas: Eas | undefined): string => {
  const [names = []] = Object.values(inputs)
  const lines = [
    `# ${name}, version ${version}`,
    "",
    `\`${version}\` is a SavedModel of TensorFlow. Its signatures and what they take:`,
    "",
    ...Object.entries(inputs).map(([signature, keys]) => `- \`${signature}\`: ${keys.join(", ")}`),
    "",
    "## TensorFlow Serving, from the folder above",
    "",
    '    docker run -t --rm -p 8501:8501 -v "$PWD:/models" tensorflow/serving --model_config_file=/models/models.config',
    `    curl -d '${example(names)}' http://localhost:8501/v1/models/${name}:predict`,
    "",
    "## Python",
    "",
    `    model = tf.saved_model.load("${version}")`,
    '    answer = model.signatures["serving_default"](input_ids=..., ...)'
  ]
  const aliyun = [
    "",
    "## Alibaba PAI-EAS",
    "",
    `Pack \`${version}\`, put it where \`model_path\` of \`service.json\` says, and run`,
    "",
    "    eascmd create service.json",
    "",
    "Such models were tried with TensorFlow 2.21, 2.7 and 1.15. As an image, EAS runs TensorFlow Serving on this very folder layout",
    'from OSS: see "Deploy model services with TensorFlow Serving" in its documentation.'
  ]
  return `${[...lines, ...(eas === undefined ? [] : aliyun)].join("\n")}\n`
}
