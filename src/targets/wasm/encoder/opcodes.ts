// The instructions we emit, by what follows the opcode, under their names in the text format. Codes as in
// the WebAssembly Core Specification 2.0, section 5.4, and the relaxed SIMD proposal; a prefixed one is
// written `0xPPNNNN`: prefix byte, then the number that follows it. Control instructions are not here:
// `FunctionBody` writes them, because it keeps the labels.

/** 128 bits, in the lanes the caller thinks in. */
export type Vector = Uint8Array | Int32Array | Float32Array;

/** What follows the opcode. */
export interface Immediates {
  none: [];
  /** Of a local or a global. */
  index: [index: number];
  i32: [value: number];
  f32: [value: number];
  /** Bytes added to the address; `align` in bytes is a hint, by default the bytes accessed. */
  memory: [offset?: number, align?: number];
  lane: [lane: number];
  memoryLane: [lane: number, offset?: number, align?: number];
  vector: [value: Vector];
  /** 16 byte lanes: 0..15 of the first operand, 16..31 of the second. */
  shuffle: [lanes: readonly number[]];
  /** The memories, always number 0. */
  memory0: [];
  memory00: [];
}

export type ImmediateKind = keyof Immediates;

/** Opcodes; where an instruction accesses memory, with the number of bytes accessed. */
export const opcodes = {
  none: {
    unreachable: 0x00, nop: 0x01, return: 0x0f, drop: 0x1a, select: 0x1b,

    'i32.eqz': 0x45, 'i32.eq': 0x46, 'i32.ne': 0x47, 'i32.lt_s': 0x48, 'i32.lt_u': 0x49, 'i32.gt_s': 0x4a,
    'i32.gt_u': 0x4b, 'i32.le_s': 0x4c, 'i32.le_u': 0x4d, 'i32.ge_s': 0x4e, 'i32.ge_u': 0x4f,
    'i32.clz': 0x67, 'i32.ctz': 0x68, 'i32.popcnt': 0x69,
    'i32.add': 0x6a, 'i32.sub': 0x6b, 'i32.mul': 0x6c, 'i32.div_s': 0x6d, 'i32.div_u': 0x6e, 'i32.rem_s': 0x6f,
    'i32.rem_u': 0x70, 'i32.and': 0x71, 'i32.or': 0x72, 'i32.xor': 0x73, 'i32.shl': 0x74, 'i32.shr_s': 0x75,
    'i32.shr_u': 0x76, 'i32.rotl': 0x77, 'i32.rotr': 0x78,

    'f32.eq': 0x5b, 'f32.ne': 0x5c, 'f32.lt': 0x5d, 'f32.gt': 0x5e, 'f32.le': 0x5f, 'f32.ge': 0x60,
    'f32.abs': 0x8b, 'f32.neg': 0x8c, 'f32.ceil': 0x8d, 'f32.floor': 0x8e, 'f32.trunc': 0x8f,
    'f32.nearest': 0x90, 'f32.sqrt': 0x91, 'f32.add': 0x92, 'f32.sub': 0x93, 'f32.mul': 0x94, 'f32.div': 0x95,
    'f32.min': 0x96, 'f32.max': 0x97, 'f32.copysign': 0x98,

    'f32.convert_i32_s': 0xb2, 'f32.convert_i32_u': 0xb3, 'i32.reinterpret_f32': 0xbc,
    'f32.reinterpret_i32': 0xbe, 'i32.trunc_sat_f32_s': 0xfc0000, 'i32.trunc_sat_f32_u': 0xfc0001,

    'i32x4.splat': 0xfd0011, 'f32x4.splat': 0xfd0013, 'i8x16.swizzle': 0xfd000e,

    'i32x4.eq': 0xfd0037, 'i32x4.ne': 0xfd0038, 'i32x4.lt_s': 0xfd0039, 'i32x4.lt_u': 0xfd003a,
    'i32x4.gt_s': 0xfd003b, 'i32x4.gt_u': 0xfd003c, 'i32x4.le_s': 0xfd003d, 'i32x4.le_u': 0xfd003e,
    'i32x4.ge_s': 0xfd003f, 'i32x4.ge_u': 0xfd0040,
    'f32x4.eq': 0xfd0041, 'f32x4.ne': 0xfd0042, 'f32x4.lt': 0xfd0043, 'f32x4.gt': 0xfd0044,
    'f32x4.le': 0xfd0045, 'f32x4.ge': 0xfd0046,

    'v128.not': 0xfd004d, 'v128.and': 0xfd004e, 'v128.andnot': 0xfd004f, 'v128.or': 0xfd0050,
    'v128.xor': 0xfd0051, 'v128.bitselect': 0xfd0052, 'v128.any_true': 0xfd0053,

    'f32x4.ceil': 0xfd0067, 'f32x4.floor': 0xfd0068, 'f32x4.trunc': 0xfd0069, 'f32x4.nearest': 0xfd006a,
    'f32x4.abs': 0xfd00e0, 'f32x4.neg': 0xfd00e1, 'f32x4.sqrt': 0xfd00e3, 'f32x4.add': 0xfd00e4,
    'f32x4.sub': 0xfd00e5, 'f32x4.mul': 0xfd00e6, 'f32x4.div': 0xfd00e7, 'f32x4.min': 0xfd00e8,
    'f32x4.max': 0xfd00e9, 'f32x4.pmin': 0xfd00ea, 'f32x4.pmax': 0xfd00eb,

    'i16x8.extend_low_i8x16_u': 0xfd0089, 'i16x8.extend_high_i8x16_u': 0xfd008a,
    'i32x4.extend_low_i16x8_u': 0xfd00a9, 'i32x4.extend_high_i16x8_u': 0xfd00aa,

    'i32x4.abs': 0xfd00a0, 'i32x4.neg': 0xfd00a1, 'i32x4.all_true': 0xfd00a3, 'i32x4.bitmask': 0xfd00a4,
    'i32x4.shl': 0xfd00ab, 'i32x4.shr_s': 0xfd00ac, 'i32x4.shr_u': 0xfd00ad, 'i32x4.add': 0xfd00ae,
    'i32x4.sub': 0xfd00b1, 'i32x4.mul': 0xfd00b5, 'i32x4.min_s': 0xfd00b6, 'i32x4.min_u': 0xfd00b7,
    'i32x4.max_s': 0xfd00b8, 'i32x4.max_u': 0xfd00b9,

    'i32x4.trunc_sat_f32x4_s': 0xfd00f8, 'i32x4.trunc_sat_f32x4_u': 0xfd00f9,
    'f32x4.convert_i32x4_s': 0xfd00fa, 'f32x4.convert_i32x4_u': 0xfd00fb,

    'f32x4.relaxed_madd': 0xfd0105, 'f32x4.relaxed_nmadd': 0xfd0106,
  },
  index: { 'local.get': 0x20, 'local.set': 0x21, 'local.tee': 0x22, 'global.get': 0x23, 'global.set': 0x24 },
  i32: { 'i32.const': 0x41 },
  f32: { 'f32.const': 0x43 },
  memory: {
    'i32.load': [0x28, 4], 'f32.load': [0x2a, 4], 'i32.load8_s': [0x2c, 1], 'i32.load8_u': [0x2d, 1],
    'i32.load16_s': [0x2e, 2], 'i32.load16_u': [0x2f, 2], 'i32.store': [0x36, 4], 'f32.store': [0x38, 4],
    'i32.store8': [0x3a, 1], 'i32.store16': [0x3b, 2],
    'v128.load': [0xfd0000, 16], 'v128.load32_splat': [0xfd0009, 4], 'v128.store': [0xfd000b, 16],
    'v128.load32_zero': [0xfd005c, 4], 'v128.load64_zero': [0xfd005d, 8],
  },
  memoryLane: {
    'v128.load32_lane': [0xfd0056, 4], 'v128.load64_lane': [0xfd0057, 8],
    'v128.store32_lane': [0xfd005a, 4], 'v128.store64_lane': [0xfd005b, 8],
  },
  lane: {
    'i32x4.extract_lane': 0xfd001b, 'i32x4.replace_lane': 0xfd001c,
    'f32x4.extract_lane': 0xfd001f, 'f32x4.replace_lane': 0xfd0020,
  },
  vector: { 'v128.const': 0xfd000c },
  shuffle: { 'i8x16.shuffle': 0xfd000d },
  memory0: { 'memory.size': 0x3f, 'memory.grow': 0x40, 'memory.fill': 0xfc000b },
  memory00: { 'memory.copy': 0xfc000a },
} as const;

type Opcodes = typeof opcodes;

type KindByMnemonic = { readonly [K in ImmediateKind as keyof Opcodes[K]]: K };

export type Mnemonic = keyof KindByMnemonic;

/** The instructions followed by nothing: operators on the stack. */
export type PlainMnemonic = keyof Opcodes['none'];

export type KindOf<M extends Mnemonic> = KindByMnemonic[M];
