/**
 * Image references: `[DOMAIN/]PATH[:TAG][@DIGEST]`, the grammar of distribution's reference package. Docker shows and
 * stores the familiar form: without `docker.io/` and `library/`.
 */

import { isContentDigest } from "../digest.ts";
import { InvalidError } from "../errors.ts";

export interface Reference {
  /** Familiar repository name, such as `busybox` or `localhost:5000/team/app`. */
  readonly repository: string;
  readonly tag?: string;
  /** `sha256:` and 64 digits, or `sha512:` and 128. */
  readonly digest?: string;
}

// Where docker says `-*`: the same names, but the other way a hostile one takes a backtracking matcher years.
const component = "[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*";
const domainComponent = "(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])";
const domain = `${domainComponent}(?:\\.${domainComponent})*(?::[0-9]+)?`;
const namePattern = new RegExp(`^(?:${domain}/)?${component}(?:/${component})*$`);
const tagPattern = /^[\w][\w.-]{0,127}$/;
const DEFAULT_TAG = "latest";
const LONGEST_NAME = 255;

/** Parses what a user or an archive calls an image; throws InvalidError in docker's words. */
export function parseReference(text: string): Reference {
  if (/^[a-f0-9]{64}$/.test(text)) {
    throw new InvalidError(
      `invalid repository name (${text}), cannot specify 64-byte hexadecimal strings`,
    );
  }
  const [beforeDigest, digest] = splitAtFirst(text, "@");
  const { name, tag } = splitTag(beforeDigest);
  const full = normalize(name);
  if (!namePattern.test(full)) {
    const hint = namePattern.test(normalize(name.toLowerCase()))
      ? ": repository name must be lowercase"
      : "";
    throw new InvalidError(`invalid reference format${hint}`);
  }
  if (full.length > LONGEST_NAME) {
    throw new InvalidError(`repository name must not be more than ${LONGEST_NAME} characters`);
  }
  if (tag !== undefined && !tagPattern.test(tag)) {
    throw new InvalidError("invalid reference format");
  }
  if (digest !== undefined && !isContentDigest(digest)) {
    throw new InvalidError("invalid reference format");
  }
  return { repository: familiar(full), tag, digest };
}

/** Parses a name that is to be given to an image: with a tag, `latest` if none is said, and without a digest. */
export function parseNewReference(text: string): Reference {
  const reference = withDefaultTag(parseReference(text));
  if (reference.digest) throw new InvalidError("refusing to create a tag with a digest reference");
  return reference;
}

/** Throws InvalidError, in docker's words, for what must not become the name of an image. */
export function checkNewName({ repository, tag, digest }: Reference): void {
  if (repository === "sha256") {
    throw new InvalidError(
      "refusing to create an ambiguous tag using digest algorithm as name",
    );
  }
  if (!tag && !digest) throw new InvalidError("refusing to create a name without a tag");
}

/** The same with `latest` where neither a tag nor a digest is given. */
export function withDefaultTag(reference: Reference): Reference {
  return reference.tag || reference.digest ? reference : { ...reference, tag: DEFAULT_TAG };
}

/** `repository:tag@digest`, as far as it is known. */
export function formatReference({ repository, tag, digest }: Reference): string {
  return repository + (tag ? ":" + tag : "") + (digest ? "@" + digest : "");
}

/** The name with its domain and, on docker.io, its `library/`: the form that other tools store. */
export function canonicalName(repository: string): string {
  return normalize(repository);
}

function splitAtFirst(text: string, mark: string): [string, string | undefined] {
  const at = text.indexOf(mark);
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}

/** A colon after the last slash starts a tag; one before it, a port. */
function splitTag(text: string): { name: string; tag?: string } {
  const colon = text.indexOf(":", text.lastIndexOf("/") + 1);
  return colon < 0 ? { name: text } : { name: text.slice(0, colon), tag: text.slice(colon + 1) };
}

/** The first component is a domain if it can be nothing else: it has a dot, a port, a capital, or is localhost. */
function normalize(name: string): string {
  const slash = name.indexOf("/");
  const first = slash < 0 ? "" : name.slice(0, slash);
  const isDomain = first !== "" &&
    (/[.:]/.test(first) || first === "localhost" || first !== first.toLowerCase());
  if (!isDomain) return `docker.io/${slash < 0 ? "library/" : ""}${name}`;
  if (first === "index.docker.io") return "docker.io/" + name.slice(slash + 1);
  if (first === "docker.io" && !name.slice(slash + 1).includes("/")) {
    return "docker.io/library/" + name.slice(slash + 1);
  }
  return name;
}

function familiar(full: string): string {
  return full.startsWith("docker.io/library/") && !full.slice(18).includes("/")
    ? full.slice(18)
    : full.replace(/^docker\.io\//, "");
}
