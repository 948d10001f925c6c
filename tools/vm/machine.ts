/** Boots the virtual machine on a throw-away copy of its disk, and runs a job in it. */

import { must } from "../command.ts";
import type { Image } from "./image.ts";

/**
 * Software emulation unless BOX_VM_ACCELERATOR says "kvm": slow, but the same everywhere, also where
 * KVM is itself inside of a virtual machine and does not keep what it promises.
 */
const accelerator = Deno.env.get("BOX_VM_ACCELERATOR") ?? "tcg,thread=multi";

/** Megabytes that a job may write beside its own files. */
const JOB_SPACE = 2048;

/**
 * Runs `directory`/script as root in the machine, with that directory as its working directory, and
 * returns its exit code. What it prints goes to `print` line by line.
 *
 * @param timeout in milliseconds: a machine that prints no line for so long is switched off.
 * @throws {Error} when the machine does not come up or does not finish.
 */
export async function runJob(
  image: Image,
  directory: string,
  print: (line: string) => void,
  timeout: number,
): Promise<number> {
  const disk = `${directory}.img`;
  try {
    const size = await sizeInMegabytes(directory);
    await must("mke2fs", ["-q", "-t", "ext4", "-d", directory, disk, `${size + JOB_SPACE}M`]);
    return await boot(image, disk, print, timeout);
  } finally {
    await Deno.remove(disk).catch(() => {});
  }
}

async function boot(
  image: Image,
  jobDisk: string,
  print: (line: string) => void,
  timeout: number,
): Promise<number> {
  const machine = new Deno.Command("qemu-system-x86_64", {
    args: [
      ["-accel", accelerator, "-cpu", "max"],
      ["-smp", "2", "-m", "3072", "-nographic", "-no-reboot", "-nic", "none"],
      ["-kernel", image.kernel, "-initrd", image.initrd],
      ["-append", "root=/dev/vda rw console=ttyS0 quiet systemd.show_status=0"],
      ["-drive", `file=${image.disk},format=raw,if=virtio,snapshot=on`],
      ["-drive", `file=${jobDisk},format=raw,if=virtio`],
    ].flat(),
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const watch = () => setTimeout(() => machine.kill("SIGKILL"), timeout);
  let timer = watch();
  const errors = new Response(machine.stderr).text();
  const console: string[] = [];
  let exitCode: number | undefined;
  let running = false;
  for await (const line of lines(machine.stdout)) {
    clearTimeout(timer);
    timer = watch();
    const exit = line.match(/JOB-EXIT (\d+)/);
    if (exit) exitCode = Number(exit[1]);
    else if (line.includes("JOB-BEGIN")) running = true;
    else if (running && exitCode === undefined) print(line);
    else console.push(line);
  }
  clearTimeout(timer);
  await machine.status;
  if (exitCode !== undefined) return exitCode;
  const end = running ? [] : console.slice(-10);
  throw new Error(["the machine never finished", ...end, await errors].join("\n"));
}

/** Lines without the carriage returns of a terminal. */
async function* lines(stream: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  let rest = "";
  for await (const text of stream.pipeThrough(new TextDecoderStream())) {
    const parts = (rest + text.replaceAll("\r", "")).split("\n");
    rest = parts.pop()!;
    yield* parts;
  }
  if (rest) yield rest;
}

async function sizeInMegabytes(directory: string): Promise<number> {
  return Number.parseInt(await must("du", ["-sm", directory]));
}
