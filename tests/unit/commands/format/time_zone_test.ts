import { deepEqual, equal } from "node:assert/strict";

/** What a process in the zone writes for winter and summer. */
const cases: [zone: string, lines: string[]][] = [
  ["UTC", [
    "2026-11-21 01:56:57.5 +0000 UTC",
    "2026-11-21T01:56:57Z",
    "2026-07-21 01:56:57.5 +0000 UTC",
    "2026-07-21T01:56:57Z",
  ]],
  ["", [
    "2026-11-21 01:56:57.5 +0000 UTC",
    "2026-11-21T01:56:57Z",
    "2026-07-21 01:56:57.5 +0000 UTC",
    "2026-07-21T01:56:57Z",
  ]],
  ["Europe/Berlin", [
    "2026-11-21 02:56:57.5 +0100 CET",
    "2026-11-21T02:56:57+01:00",
    "2026-07-21 03:56:57.5 +0200 CEST",
    "2026-07-21T03:56:57+02:00",
  ]],
  ["America/New_York", [
    "2026-11-20 20:56:57.5 -0500 EST",
    "2026-11-20T20:56:57-05:00",
    "2026-07-20 21:56:57.5 -0400 EDT",
    "2026-07-20T21:56:57-04:00",
  ]],
  ["Asia/Kolkata", [
    "2026-11-21 07:26:57.5 +0530 IST",
    "2026-11-21T07:26:57+05:30",
    "2026-07-21 07:26:57.5 +0530 IST",
    "2026-07-21T07:26:57+05:30",
  ]],
  ["America/Sao_Paulo", [
    "2026-11-20 22:56:57.5 -0300 -03",
    "2026-11-20T22:56:57-03:00",
    "2026-07-20 22:56:57.5 -0300 -03",
    "2026-07-20T22:56:57-03:00",
  ]],
];

function hasZoneFiles(): boolean {
  try {
    return Deno.statSync("/usr/share/zoneinfo/Europe/Berlin").isFile;
  } catch {
    return false;
  }
}

Deno.test({
  name: "local times are written in the zone that TZ names, with its abbreviation",
  // Needs the tzdata package.
  ignore: !hasZoneFiles(),
  fn() {
    const module = new URL("../../../../commands/format/timestamp.ts", import.meta.url);
    const script = `
      import { formatLocalRfc3339, formatLocalTime, parseTimestamp } from "${module}";
      for (const text of ["2026-11-21T01:56:57.5Z", "2026-07-21T01:56:57.5Z"]) {
        console.log(formatLocalTime(parseTimestamp(text)));
        console.log(formatLocalRfc3339(parseTimestamp(text)));
      }`;
    for (const [zone, lines] of cases) {
      // A process reads its zone once, so every zone needs one.
      const { stdout, stderr } = new Deno.Command(Deno.execPath(), {
        args: [
          "run",
          "--allow-read",
          "--allow-env",
          "--no-config",
          `data:text/typescript,${encodeURIComponent(script)}`,
        ],
        env: { TZ: zone },
      }).outputSync();
      const written = new TextDecoder().decode(stdout).trimEnd().split("\n");
      deepEqual(written, lines, zone + new TextDecoder().decode(stderr));
    }
  },
});

Deno.test("parseZone() reads the 64-bit block of a zone file", async () => {
  const { parseZone } = await import("../../../../commands/format/time_zone.ts");
  // A version 2 file with one type and no transition, as `zic` writes for a fixed zone.
  const header = (types: number, characters: number) => {
    const bytes = new Uint8Array(44);
    bytes.set(new TextEncoder().encode("TZif2"));
    new DataView(bytes.buffer).setUint32(36, types);
    new DataView(bytes.buffer).setUint32(40, characters);
    return bytes;
  };
  const type = new Uint8Array([0, 0, 0x0e, 0x10, 0, 0]);
  const name = new TextEncoder().encode("ONE\0");
  const block = [...header(1, 4), ...type, ...name];
  const zone = parseZone(new Uint8Array([...block, ...block]));
  equal(zone.transitions.length, 0);
  deepEqual(zone.types, [{ offset: 3600, name: "ONE" }]);
});
