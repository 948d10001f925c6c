/** Classic BPF as seccomp(2) takes it: struct sock_filter of linux/filter.h, and struct seccomp_data, which it looks at. */

export interface Instruction {
  readonly code: number;
  /** How many instructions a conditional jump skips if the comparison is true, and if it is false: 0 to 255. */
  readonly jt: number;
  readonly jf: number;
  readonly k: number;
}

/** Opcodes. */
export const BPF = {
  /** A = the word at k */
  LOAD: 0x20,
  /** A &= k */
  AND: 0x54,
  /** skip k instructions */
  JUMP: 0x05,
  JEQ: 0x15,
  JGT: 0x25,
  JGE: 0x35,
  RETURN: 0x06,
} as const;

/** Offsets in struct seccomp_data; words of the arguments, whose lower half comes first. */
export const DATA = {
  NUMBER: 0,
  ARCHITECTURE: 4,
  low: (argument: number): number => 16 + 8 * argument,
  high: (argument: number): number => 20 + 8 * argument,
} as const;

/** BPF_MAXINSNS */
export const MOST_INSTRUCTIONS = 4096;
export const INSTRUCTION_SIZE = 8;
const FARTHEST = 255;

export function instruction(code: number, k: number, jt = 0, jf = 0): Instruction {
  return { code, jt, jf, k };
}

/** Goes on with one of two blocks, of which neither may run past its end. */
export function choose(
  comparison: number,
  k: number,
  whenTrue: readonly Instruction[],
  whenFalse: readonly Instruction[],
): Instruction[] {
  const distance = whenFalse.length;
  if (distance <= FARTHEST) {
    return [instruction(comparison, k, distance), ...whenFalse, ...whenTrue];
  }
  const jump = instruction(BPF.JUMP, distance);
  return [instruction(comparison, k, 0, 1), jump, ...whenFalse, ...whenTrue];
}

/** The bytes of an array of struct sock_filter. */
export function encode(instructions: readonly Instruction[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(INSTRUCTION_SIZE * instructions.length);
  const view = new DataView(bytes.buffer);
  instructions.forEach(({ code, jt, jf, k }, i) => {
    const at = INSTRUCTION_SIZE * i;
    view.setUint16(at, code, true);
    view.setUint8(at + 2, jt);
    view.setUint8(at + 3, jf);
    view.setUint32(at + 4, k, true);
  });
  return bytes;
}
