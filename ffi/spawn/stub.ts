/**
 * The stub: the machine code that works through an encoded program (encode.ts). As C would have it, with `at(x)` for what
 * lies x bytes behind the start of the program:
 *
 *     long run(struct program *program) {
 *       struct step *step = program->steps;
 *       for (;;) {
 *         long result;
 *         if (step->number >= 0)       result = syscall(step->number, *at(step->arguments[0]), ... five more);
 *         else if (step->number == -1) result = *at(step->arguments[0]) - *at(step->arguments[1]);
 *         else                         return *at(step->arguments[0]);
 *         if (result == 0 && step->on_zero) { step = at(step->on_zero); continue; }
 *         *at(step->result) = result;
 *         if (result >= 0)         step++;
 *         else if (step->on_error) step = at(step->on_error);
 *         else { program->failed = step; program->cause = result; exit_group(127); }
 *       }
 *     }
 *
 * It keeps everything in registers: a child made with CLONE_VM shares the stack of its parent, which goes on using it. Only
 * the entry and the `return` operation, which the parent alone executes, touch the stack. It holds no address and may lie
 * anywhere.
 */

import type { Architecture } from "../syscalls.ts";

/** Bytes of code with gaps for the distances of jumps. */
class Assembly {
  readonly #bytes: number[] = [];
  readonly #labels = new Map<string, number>();
  readonly #jumps: { at: number; label: string }[] = [];

  constructor(readonly insertDistance: (view: DataView, at: number, distance: number) => void) {}

  code(...bytes: number[]): void {
    this.#bytes.push(...bytes);
  }

  /** A 32-bit instruction word. */
  word(word: number): void {
    this.code(word & 0xff, word >> 8 & 0xff, word >> 16 & 0xff, word >>> 24);
  }

  /** Marks what was appended last, from `at` on, as a jump to a label. */
  jumpFrom(at: number, label: string): void {
    this.#jumps.push({ at: this.#bytes.length + at, label });
  }

  label(name: string): void {
    this.#labels.set(name, this.#bytes.length);
  }

  finish(): Uint8Array<ArrayBuffer> {
    const bytes = new Uint8Array(this.#bytes), view = new DataView(bytes.buffer);
    for (const { at, label } of this.#jumps) {
      this.insertDistance(view, at, this.#labels.get(label)! - at);
    }
    return bytes;
  }
}

/** rbx: the program; r12: the step. */
function x86(): Uint8Array<ArrayBuffer> {
  const assembly = new Assembly((view, at, distance) => view.setInt8(at, distance - 1));
  const code = (...bytes: number[]) => assembly.code(...bytes);
  const jump = (opcode: number, label: string) => {
    code(opcode, 0);
    assembly.jumpFrom(-1, label);
  };
  const label = (name: string) => assembly.label(name);

  code(0x53); //                                     push rbx
  code(0x41, 0x54); //                               push r12
  code(0x48, 0x89, 0xfb); //                         mov rbx, rdi
  code(0x4c, 0x8d, 0x63, 16); //                     lea r12, [rbx + 16]
  label("next");
  code(0x49, 0x63, 0x04, 0x24); //                   movsxd rax, dword [r12]
  code(0x41, 0x8b, 0x7c, 0x24, 4); //                mov edi, [r12 + 4]
  code(0x48, 0x8b, 0x3c, 0x3b); //                   mov rdi, [rbx + rdi]
  code(0x41, 0x8b, 0x74, 0x24, 8); //                mov esi, [r12 + 8]
  code(0x48, 0x8b, 0x34, 0x33); //                   mov rsi, [rbx + rsi]
  code(0x41, 0x8b, 0x54, 0x24, 12); //               mov edx, [r12 + 12]
  code(0x48, 0x8b, 0x14, 0x13); //                   mov rdx, [rbx + rdx]
  code(0x45, 0x8b, 0x54, 0x24, 16); //               mov r10d, [r12 + 16]
  code(0x4e, 0x8b, 0x14, 0x13); //                   mov r10, [rbx + r10]
  code(0x45, 0x8b, 0x44, 0x24, 20); //               mov r8d, [r12 + 20]
  code(0x4e, 0x8b, 0x04, 0x03); //                   mov r8, [rbx + r8]
  code(0x45, 0x8b, 0x4c, 0x24, 24); //               mov r9d, [r12 + 24]
  code(0x4e, 0x8b, 0x0c, 0x0b); //                   mov r9, [rbx + r9]
  code(0x48, 0x85, 0xc0); //                         test rax, rax
  jump(0x78, "operation"); //                        js operation
  code(0x0f, 0x05); //                               syscall
  label("result");
  code(0x48, 0x85, 0xc0); //                         test rax, rax
  jump(0x75, "store"); //                            jnz store
  code(0x41, 0x8b, 0x4c, 0x24, 32); //               mov ecx, [r12 + 32]
  code(0x85, 0xc9); //                               test ecx, ecx
  jump(0x75, "branch"); //                           jnz branch
  label("store");
  code(0x41, 0x8b, 0x54, 0x24, 28); //               mov edx, [r12 + 28]
  code(0x48, 0x89, 0x04, 0x13); //                   mov [rbx + rdx], rax
  code(0x48, 0x85, 0xc0); //                         test rax, rax
  jump(0x78, "error"); //                            js error
  code(0x49, 0x83, 0xc4, 40); //                     add r12, 40
  jump(0xeb, "next"); //                             jmp next
  label("error");
  code(0x41, 0x8b, 0x4c, 0x24, 36); //               mov ecx, [r12 + 36]
  code(0x85, 0xc9); //                               test ecx, ecx
  jump(0x74, "fatal"); //                            jz fatal
  label("branch");
  code(0x4c, 0x8d, 0x24, 0x0b); //                   lea r12, [rbx + rcx]
  jump(0xeb, "next"); //                             jmp next
  label("fatal");
  code(0x4c, 0x89, 0x23); //                         mov [rbx], r12
  code(0x48, 0x89, 0x43, 8); //                      mov [rbx + 8], rax
  code(0xbf, 127, 0, 0, 0); //                       mov edi, 127
  code(0xb8, 231, 0, 0, 0); //                       mov eax, SYS_exit_group
  code(0x0f, 0x05); //                               syscall
  label("operation");
  code(0x48, 0xff, 0xc0); //                         inc rax
  code(0x48, 0x89, 0xf8); //                         mov rax, rdi
  jump(0x75, "return"); //                           jnz return
  code(0x48, 0x29, 0xf0); //                         sub rax, rsi
  jump(0xeb, "result"); //                           jmp result
  label("return");
  code(0x41, 0x5c); //                               pop r12
  code(0x5b); //                                     pop rbx
  code(0xc3); //                                     ret
  return assembly.finish();
}

/** x19: the program; x20: the step. */
function arm(): Uint8Array<ArrayBuffer> {
  // Distances count instructions: 26 bits of them in b, 19 in cbz and cbnz, 14 in tbnz.
  const assembly = new Assembly((view, at, distance) => {
    const word = view.getUint32(at, true), opcode = word >>> 24;
    const [bits, shift] = opcode === 0x14 ? [26, 0] : opcode === 0xb7 ? [14, 5] : [19, 5];
    view.setUint32(at, word | ((distance >> 2) & ((1 << bits) - 1)) << shift, true);
  });
  const code = (word: number) => assembly.word(word);
  const jump = (word: number, label: string) => {
    code(word);
    assembly.jumpFrom(-4, label);
  };
  const label = (name: string) => assembly.label(name);

  code(0xa9bf53f3); //                               stp x19, x20, [sp, #-16]!
  code(0xaa0003f3); //                               mov x19, x0
  code(0x91004274); //                               add x20, x19, #16
  label("next");
  code(0xb9800288); //                               ldrsw x8, [x20]
  code(0xb9400680); //                               ldr w0, [x20, #4]
  code(0xf8606a60); //                               ldr x0, [x19, x0]
  code(0xb9400a81); //                               ldr w1, [x20, #8]
  code(0xf8616a61); //                               ldr x1, [x19, x1]
  code(0xb9400e82); //                               ldr w2, [x20, #12]
  code(0xf8626a62); //                               ldr x2, [x19, x2]
  code(0xb9401283); //                               ldr w3, [x20, #16]
  code(0xf8636a63); //                               ldr x3, [x19, x3]
  code(0xb9401684); //                               ldr w4, [x20, #20]
  code(0xf8646a64); //                               ldr x4, [x19, x4]
  code(0xb9401a85); //                               ldr w5, [x20, #24]
  code(0xf8656a65); //                               ldr x5, [x19, x5]
  jump(0xb7f80008, "operation"); //                  tbnz x8, #63, operation
  code(0xd4000001); //                               svc #0
  label("result");
  jump(0xb5000000, "store"); //                      cbnz x0, store
  code(0xb9402289); //                               ldr w9, [x20, #32]
  jump(0x35000009, "branch"); //                     cbnz w9, branch
  label("store");
  code(0xb9401e8a); //                               ldr w10, [x20, #28]
  code(0xf82a6a60); //                               str x0, [x19, x10]
  jump(0xb7f80000, "error"); //                      tbnz x0, #63, error
  code(0x9100a294); //                               add x20, x20, #40
  jump(0x14000000, "next"); //                       b next
  label("error");
  code(0xb9402689); //                               ldr w9, [x20, #36]
  jump(0x34000009, "fatal"); //                      cbz w9, fatal
  label("branch");
  code(0x8b090274); //                               add x20, x19, x9
  jump(0x14000000, "next"); //                       b next
  label("fatal");
  code(0xf9000274); //                               str x20, [x19]
  code(0xf9000660); //                               str x0, [x19, #8]
  code(0xd2800fe0); //                               mov x0, #127
  code(0xd2800bc8); //                               mov x8, #SYS_exit_group
  code(0xd4000001); //                               svc #0
  label("operation");
  code(0x91000508); //                               add x8, x8, #1
  jump(0xb5000008, "return"); //                     cbnz x8, return
  code(0xcb010000); //                               sub x0, x0, x1
  jump(0x14000000, "result"); //                     b result
  label("return");
  code(0xa8c153f3); //                               ldp x19, x20, [sp], #16
  code(0xd65f03c0); //                               ret
  return assembly.finish();
}

const stubs: Record<Architecture, () => Uint8Array<ArrayBuffer>> = { x86_64: x86, aarch64: arm };

/** The stub for a machine: `long run(struct program *)` in its C calling convention. */
export function stubCode(architecture: Architecture = Deno.build.arch): Uint8Array<ArrayBuffer> {
  return stubs[architecture]();
}
