// What a model may hold at most. A file is judged by these before anything of that size is allocated: nine kilobytes
// can ask for 143 million weights, and eight megabytes hold four million empty nodes.

export const caps = {
  /** Of the file, 2^31 - 1; protobuf itself ends here. */
  bytes: 2_147_483_647,
  /** Messages, names and byte strings of a file together. */
  parts: 1_000_000,
  /** Messages inside one another. */
  depth: 24,
  /** Bytes of a name. */
  name: 65_536,
  /** Bytes (2^24) of a text that nobody looks names up by: documentation, values of metadata. */
  text: 16_777_216,
  nodes: 100_000,
  /** Dimensions of a tensor. */
  rank: 8,
  /** Of one tensor, and of all numbers that a file lists one by one: 2^28. */
  elements: 268_435_456,
} as const;
