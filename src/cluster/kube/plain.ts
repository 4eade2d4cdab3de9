/**
 * The client's generated classes as what they really are on the wire: plain data. Objects written by hand are none of
 * the classes' instances, and need not be.
 */
export type Plain<T> = T extends Date
  ? T
  : T extends readonly (infer Item)[]
    ? Plain<Item>[]
    : T extends object
      ? { [Key in keyof T]: Plain<T[Key]> }
      : T;
