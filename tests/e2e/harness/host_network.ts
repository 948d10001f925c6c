/** A host's network for one test: box publishes ports there, and another machine comes to them. */

import { equal } from "node:assert/strict";
import { program } from "./needs.ts";
import { describe, run } from "./process.ts";
import { Program } from "./program.ts";
import { skipUnless } from "./skip.ts";

/** The host's address, and that of the other machine. */
export const HOST = "192.0.2.1", FOREIGNER = "192.0.2.9";

export class HostNetwork {
  private constructor(private readonly host: string, private readonly foreign: string) {}

  /** Runs `use` with two network namespaces that a cable connects, which then are removed. */
  static async with(use: (network: HostNetwork) => Promise<void>): Promise<void> {
    for (const name of ["ip", "nsenter", "curl", "nft"]) skipUnless(!program(name)(), `no ${name}`);
    const tag = crypto.randomUUID().slice(0, 8);
    const network = new HostNetwork(`box-e2e-${tag}-h`, `box-e2e-${tag}-f`);
    try {
      await network.prepare();
      await use(network);
    } finally {
      for (const name of [network.host, network.foreign]) await run(["ip", "netns", "del", name]);
    }
  }

  /** A program as the host runs it. */
  onHost(program: Program): Program {
    return new Program(this.inside(this.host, program.commandLine([])), program.defaults);
  }

  /** The command line that starts a program there. */
  onHostCommand(...command: string[]): string[] {
    return this.inside(this.host, command);
  }

  /** The same for the other machine. */
  onForeignCommand(...command: string[]): string[] {
    return this.inside(this.foreign, command);
  }

  /** What a program on the host prints. */
  host$(...command: string[]): Promise<string> {
    return succeed(this.inside(this.host, command));
  }

  /** What a program on the other machine prints. */
  foreign$(...command: string[]): Promise<string> {
    return succeed(this.inside(this.foreign, command));
  }

  /** Exit code of a program on the other machine. */
  async foreignCode(...command: string[]): Promise<number> {
    return (await run(this.inside(this.foreign, command))).code;
  }

  /** The network namespace alone: what box mounts is to be seen by the next box. */
  private inside(namespace: string, command: readonly string[]): string[] {
    return ["nsenter", `--net=/run/netns/${namespace}`, ...command];
  }

  private async prepare(): Promise<void> {
    const { host, foreign } = this, ip = (words: string) => succeed(["ip", ...words.split(" ")]);
    await ip(`netns add ${host}`);
    await ip(`netns add ${foreign}`);
    await ip(`-n ${host} link add up0 type veth peer name up0 netns ${foreign}`);
    for (const [namespace, address] of [[host, HOST], [foreign, FOREIGNER]]) {
      await ip(`-n ${namespace} addr add ${address}/24 dev up0`);
      await ip(`-n ${namespace} link set up0 up`);
      await ip(`-n ${namespace} link set lo up`);
    }
  }
}

async function succeed(command: string[]): Promise<string> {
  const result = await run(command);
  equal(result.code, 0, describe(command, result));
  return result.stdout.replace(/\n$/, "");
}
