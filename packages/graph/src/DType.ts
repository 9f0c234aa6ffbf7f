// Element types of tensors.
export type DType = "float32" | "bfloat16" | "int32" | "int16" | "int8" | "bool" | "resource"

/** `DataType` of tensorflow/core/framework/types.proto. */
export const code: Readonly<Record<DType, number>> = {
  float32: 1,
  int32: 3,
  int16: 5,
  int8: 6,
  bool: 10,
  bfloat16: 14,
  resource: 20
}

export const isFloat = (dtype: DType): boolean => dtype === "float32" || dtype === "bfloat16"
