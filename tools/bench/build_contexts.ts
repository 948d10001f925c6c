/** Build contexts that the rows of builds work on, each a directory with a Dockerfile. */

import type { Fixture } from "./row.ts";

/** Ten steps on Debian; what is copied are 2,000 files of 10 MB. */
export const tenSteps: Fixture = context(
  `FROM debian
ENV MODE=production
WORKDIR /app
RUN echo app:x:900:900::/app:/bin/sh >> /etc/passwd
RUN mkdir -p /var/lib/app && chown 900 /var/lib/app
COPY source /app/source
RUN find source -type f | wc -l > /var/lib/app/count
RUN cat source/*/* | sha256sum > /var/lib/app/checksum
EXPOSE 8080
CMD ["cat", "/var/lib/app/checksum"]
`,
  (directory) => writeFiles(`${directory}/source`, { count: 2_000, size: 5_000 }),
);

/** Six stages: four that need one and are needed by another, each with half a second of work. */
export const sixStages: Fixture = context([
  "FROM debian AS base",
  "RUN mkdir /out",
  ...[1, 2, 3, 4].flatMap((number) => [
    `FROM base AS part${number}`,
    `RUN for round in 1 2 3; do cat /usr/lib/x86_64-linux-gnu/* 2>&1 | sha256sum; done > /out/${number}`,
  ]),
  "FROM base",
  ...[1, 2, 3, 4].map((number) => `COPY --from=part${number} /out /out`),
  "",
].join("\n"));

export const manyFiles: Fixture = context(
  "FROM debian\nCOPY source /source\n",
  (directory) => writeFiles(`${directory}/source`, { count: 50_000, size: 200 }),
);

/** 1 GB of which one file is wanted. */
export const mostlyIgnored: Fixture = context(
  "FROM debian\nCOPY . /source\n",
  async (directory) => {
    await Deno.writeTextFile(`${directory}/.dockerignore`, "data\n**/*.o\nDockerfile\n");
    await Deno.writeTextFile(`${directory}/wanted`, "wanted\n");
    await writeFiles(`${directory}/data`, { count: 1_000, size: 1_000_000 });
    await writeFiles(`${directory}/objects`, { count: 10_000, size: 100, suffix: ".o" });
  },
);

function context(
  dockerfile: string,
  fill: (directory: string) => Promise<void> = () => Promise.resolve(),
): Fixture {
  return {
    async make(directory) {
      await Deno.writeTextFile(`${directory}/Dockerfile`, dockerfile);
      await fill(directory);
      return directory;
    },
  };
}

interface Files {
  readonly count: number;
  /** Bytes of each. */
  readonly size: number;
  readonly suffix?: string;
}

/** Files that do not compress, a hundred in each directory. */
async function writeFiles(directory: string, { count, size, suffix = "" }: Files): Promise<void> {
  const content = new Uint8Array(size);
  for (let index = 0; index < count; index++) {
    const parent = `${directory}/${Math.floor(index / 100)}`;
    if (index % 100 === 0) await Deno.mkdir(parent, { recursive: true });
    crypto.getRandomValues(content.subarray(0, 65_536));
    await Deno.writeFile(`${parent}/file${index}${suffix}`, content);
  }
}
