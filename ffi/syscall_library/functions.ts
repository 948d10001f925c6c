/**
 * The machine code of three functions. As C would have them:
 *
 *     long syscall(long number, ...);  // what the kernel returns
 *
 *     // openat(2) to read, read(2) until the end or until there is no more room, close(2): a store has thousands of small files.
 *     long read_file(int directory, const char *name, char *buffer, unsigned room) {
 *       char *next = buffer;
 *       long result, fd = openat(directory, name, O_RDONLY | O_CLOEXEC);
 *       if (fd < 0) return fd;
 *       do {
 *         result = read(fd, next, room);
 *         if (result <= 0) break;
 *         next += result, room -= result;
 *       } while (room != 0);
 *       if (result >= 0) result = next - buffer;
 *       close(fd);
 *       return result;
 *     }
 *
 *     // statx(2) of the names that getdents64(2) has written but those that were made empty since; 144 bytes of each.
 *     long stat_entries(int directory, char *entry, unsigned size, char *stats) {
 *       char *next = stats, *end = entry + size;
 *       for (; entry < end; entry += *(unsigned short *) (entry + 16)) {
 *         if (entry[19] == 0) continue;
 *         long result = statx(directory, entry + 19, AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW, STATX_BASIC_STATS, next);
 *         if (result < 0) return result;
 *         memset(next + 64, 0, 16); // the time of the last access
 *         next += 144;
 *       }
 *       return next - stats;
 *     }
 */

import type { Architecture } from "../syscalls.ts";

/** `syscall`: the number, the first argument in C, moves to where the kernel looks for it, and the rest moves up. */
const syscall: Record<Architecture, () => Uint8Array> = {
  x86_64: () =>
    new Uint8Array([
      ...[0x89, 0xf8], //                   mov eax, edi
      ...[0x48, 0x89, 0xf7], //             mov rdi, rsi
      ...[0x48, 0x89, 0xd6], //             mov rsi, rdx
      ...[0x48, 0x89, 0xca], //             mov rdx, rcx
      ...[0x4d, 0x89, 0xc2], //             mov r10, r8
      ...[0x4d, 0x89, 0xc8], //             mov r8, r9
      ...[0x4c, 0x8b, 0x4c, 0x24, 0x08], // mov r9, [rsp + 8]
      ...[0x0f, 0x05], //                   syscall
      0xc3, //                              ret
    ]),
  aarch64: () =>
    words([
      0x93407c08, // sxtw x8, w0
      0xaa0103e0, // mov x0, x1
      0xaa0203e1, // mov x1, x2
      0xaa0303e2, // mov x2, x3
      0xaa0403e3, // mov x3, x4
      0xaa0503e4, // mov x4, x5
      0xaa0603e5, // mov x5, x6
      0xd4000001, // svc #0
      0xd65f03c0, // ret
    ]),
};

/** `read_file`: a system call leaves all registers alone but for rax, rcx and r11, or x0. */
const readFile: Record<Architecture, () => Uint8Array> = {
  x86_64: () =>
    new Uint8Array([
      ...[0x49, 0x89, 0xd0], //         mov r8, rdx          next
      ...[0x41, 0x89, 0xc9], //         mov r9d, ecx         room
      ...[0xba, 0, 0, 0x08, 0], //      mov edx, O_CLOEXEC
      ...[0xb8, 0x01, 0x01, 0, 0], //   mov eax, 257         openat
      ...[0x0f, 0x05], //               syscall
      ...[0x85, 0xc0], //               test eax, eax
      ...[0x78, 0x30], //               js end
      ...[0x89, 0xc7], //               mov edi, eax         fd
      ...[0x4d, 0x89, 0xc2], //         mov r10, r8          buffer
      ...[0x4c, 0x89, 0xc6], //  again: mov rsi, r8
      ...[0x44, 0x89, 0xca], //         mov edx, r9d
      ...[0x31, 0xc0], //               xor eax, eax         read
      ...[0x0f, 0x05], //               syscall
      ...[0x85, 0xc0], //               test eax, eax
      ...[0x7e, 0x08], //               jle done
      ...[0x49, 0x01, 0xc0], //         add r8, rax
      ...[0x41, 0x29, 0xc1], //         sub r9d, eax
      ...[0x75, 0xea], //               jnz again
      ...[0x78, 0x06], //         done: js close             what the last operation had for a result
      ...[0x4c, 0x89, 0xc0], //         mov rax, r8
      ...[0x4c, 0x29, 0xd0], //         sub rax, r10
      ...[0x48, 0x89, 0xc6], //  close: mov rsi, rax         result
      ...[0xb8, 0x03, 0, 0, 0], //      mov eax, 3           close
      ...[0x0f, 0x05], //               syscall
      ...[0x48, 0x89, 0xf0], //         mov rax, rsi
      0xc3, //                     end: ret
    ]),
  aarch64: () =>
    words([
      0xaa0203e4, //        mov x4, x2              next
      0x2a0303e5, //        mov w5, w3              room
      0x52a00102, //        mov w2, O_CLOEXEC
      0xd2800708, //        mov x8, 56              openat
      0xd4000001, //        svc #0
      0x37f80280, //        tbnz w0, 31, end
      0x2a0003e6, //        mov w6, w0              fd
      0xaa0403e7, //        mov x7, x4              buffer
      0x2a0603e0, // again: mov w0, w6
      0xaa0403e1, //        mov x1, x4
      0xaa0503e2, //        mov x2, x5
      0xd28007e8, //        mov x8, 63              read
      0xd4000001, //        svc #0
      0xf100001f, //        cmp x0, 0
      0x5400008d, //        b.le done
      0x8b000084, //        add x4, x4, x0
      0xeb0000a5, //        subs x5, x5, x0
      0x54fffee1, //        b.ne again
      0xb7f80040, //  done: tbnz x0, 63, close
      0xcb070080, //        sub x0, x4, x7
      0xaa0003e7, // close: mov x7, x0              result
      0x2a0603e0, //        mov w0, w6
      0xd2800728, //        mov x8, 57              close
      0xd4000001, //        svc #0
      0xaa0703e0, //        mov x0, x7
      0xd65f03c0, //   end: ret
    ]),
};

/** `stat_entries` */
const statEntries: Record<Architecture, () => Uint8Array> = {
  x86_64: () =>
    new Uint8Array([
      0x53, //                                push rbx
      ...[0x48, 0x89, 0xcb], //               mov rbx, rcx            stats
      ...[0x49, 0x89, 0xc8], //               mov r8, rcx             next
      ...[0x89, 0xd2], //                     mov edx, edx
      ...[0x4c, 0x8d, 0x0c, 0x16], //         lea r9, [rsi + rdx]     end
      ...[0xba, 0, 0x11, 0, 0], //            mov edx, AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW
      ...[0x41, 0xba, 0xff, 0x07, 0, 0], //   mov r10d, STATX_BASIC_STATS
      ...[0x4c, 0x39, 0xce], //         loop: cmp rsi, r9
      ...[0x73, 0x31], //                     jae done
      ...[0x80, 0x7e, 0x13, 0], //            cmp byte [rsi + 19], 0
      ...[0x74, 0x22], //                     je skip
      ...[0x48, 0x83, 0xc6, 0x13], //         add rsi, 19
      ...[0xb8, 0x4c, 0x01, 0, 0], //         mov eax, 332            statx
      ...[0x0f, 0x05], //                     syscall
      ...[0x48, 0x83, 0xee, 0x13], //         sub rsi, 19
      ...[0x85, 0xc0], //                     test eax, eax
      ...[0x78, 0x1e], //                     js end
      ...[0x49, 0x89, 0x40, 0x40], //         mov [r8 + 64], rax      0
      ...[0x49, 0x89, 0x40, 0x48], //         mov [r8 + 72], rax
      ...[0x49, 0x81, 0xc0, 0x90, 0, 0, 0], // add r8, 144
      ...[0x0f, 0xb7, 0x46, 0x10], //   skip: movzx eax, word [rsi + 16]
      ...[0x48, 0x01, 0xc6], //               add rsi, rax
      ...[0xeb, 0xca], //                     jmp loop
      ...[0x4c, 0x89, 0xc0], //         done: mov rax, r8
      ...[0x48, 0x29, 0xd8], //               sub rax, rbx
      0x5b, //                           end: pop rbx
      0xc3, //                                ret
    ]),
  aarch64: () =>
    words([
      0x2a0003e5, //       mov w5, w0              directory
      0x8b224026, //       add x6, x1, w2, uxtw    end
      0xaa0303e7, //       mov x7, x3              stats
      0xaa0303e4, //       mov x4, x3              next
      0xaa0103e9, //       mov x9, x1              entry
      0x52822002, //       mov w2, AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW
      0x5280ffe3, //       mov w3, STATX_BASIC_STATS
      0xd2802468, //       mov x8, 291             statx
      0xeb06013f, // loop: cmp x9, x6
      0x54000182, //       b.hs done
      0x39404d2a, //       ldrb w10, [x9, 19]
      0x340000ea, //       cbz w10, skip
      0x2a0503e0, //       mov w0, w5
      0x91004d21, //       add x1, x9, 19
      0xd4000001, //       svc #0
      0x37f800e0, //       tbnz w0, 31, end
      0xa9047c9f, //       stp xzr, xzr, [x4, 64]
      0x91024084, //       add x4, x4, 144
      0x7940212a, // skip: ldrh w10, [x9, 16]
      0x8b0a0129, //       add x9, x9, x10
      0x17fffff4, //       b loop
      0xcb070080, // done: sub x0, x4, x7
      0xd65f03c0, //  end: ret
    ]),
};

/** By name, in the order in which they lie in the library. */
export const functions = { syscall, read_file: readFile, stat_entries: statEntries };

export type LibraryFunction = keyof typeof functions;

/** 32-bit instruction words, which both machines have in the order of bytes of this one. */
function words(instructions: readonly number[]): Uint8Array {
  return new Uint8Array(new Uint32Array(instructions).buffer);
}
