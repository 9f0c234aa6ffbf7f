// What the thin matrices of LoRA are called, as in `peft`.

const prefix = "base_model.model."

/** The matrix A or B of a module. */
export const thinName = (module: string, which: "A" | "B"): string =>
  `${prefix}${module}.lora_${which}.weight`

/** Whether an array of that name is one of them. */
export const isThin = (name: string): boolean => name.startsWith(prefix)
