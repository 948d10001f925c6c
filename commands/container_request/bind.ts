/** The grammar of -v: `SOURCE:TARGET[:MODE]`, as Docker's daemon reads it on Linux. */
import { InvalidError } from "../../storage/errors.ts";
import { UsageError } from "../cli/errors.ts";

/** The words of a mode by family; a mode has one of each at most. */
const MODE_FAMILIES = [
  ["ro", "rw"],
  ["z", "Z"],
  ["consistent", "cached", "delegated"],
  ["nocopy"],
  ["private", "rprivate", "shared", "rshared", "slave", "rslave"],
];

/**
 * Passes on a -v that asks for a directory or file of the host. Throws an InvalidError for one
 * that Docker cannot read, and a UsageError for one that asks for a volume.
 */
export function checkBind(specification: string): string {
  const [source, target, mode, ...rest] = specification.split(":");
  const isVolume = !source.startsWith("/");
  // Docker's client takes a path alone, and a path without a source, for an anonymous volume.
  if (target !== undefined && source !== "") {
    if (rest.length > 0 || (mode === undefined && isMode(target))) {
      throw new InvalidError(`invalid volume specification: '${specification}'`);
    }
    if (mode !== undefined && !isMode(mode)) throw new InvalidError(`invalid mode: ${mode}`);
    if (mode?.split(",").includes("nocopy") && !isVolume) {
      throw new InvalidError(
        `invalid volume specification: '${specification}': ` +
          'invalid mount config for type "bind": field VolumeOptions must not be specified',
      );
    }
    if (!isVolume) return specification;
  }
  throw new UsageError(`volumes are not supported yet: --volume ${specification}`);
}

/** An empty mode is one, too. */
function isMode(text: string): boolean {
  if (text === "") return true;
  const families = text.split(",").map((word) =>
    MODE_FAMILIES.findIndex((words) => words.includes(word))
  );
  return !families.includes(-1) && new Set(families).size === families.length;
}
