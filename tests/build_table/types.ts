/** Dockerfiles with their contexts, and what becomes of them. */

/** Who builds them besides box, to be compared with; see tools/dockerfiles. */
export type Peer =
  /** docker's own builder, before BuildKit. */
  | "classic"
  /** The BuildKit that docker 20.10 has within. */
  | "buildkit"
  /** buildah, which is podman's builder, too. */
  | "buildah";

export interface DockerfileCase {
  /** Unlike that of any other one of its group. */
  readonly what: string;
  /** `FROM busybox` is the base of nearly all, `FROM parent` what `parent` says; `{server}` is the URL of a FileServer. */
  readonly dockerfile: string;
  /** Files beside the Dockerfile: see makeTree(). */
  readonly context?: readonly string[];
  /** Archives beside the Dockerfile, by their names, whose endings say how they are compressed. */
  readonly archives?: Readonly<Record<string, readonly string[]>>;
  /** The Dockerfile of an image that is there before, without a context. */
  readonly parent?: string;
  /** Of `build`, and of the peers' builds; `{context}` stands for the context's path. */
  readonly options?: readonly string[];
  /** Why a peer's result is another one than box's. */
  readonly unlike?: Partial<Readonly<Record<Peer, string>>>;
  /** Why a peer is not asked at all. */
  readonly without?: Partial<Readonly<Record<Peer, string>>>;
}

export interface CaseGroup {
  readonly name: string;
  readonly cases: readonly DockerfileCase[];
}

/** What a build led to. */
export type Outcome = BuiltImage | BuildFailure;

export interface BuiltImage {
  /** Fields of the configuration that have a value, and `Author`. */
  readonly config: Readonly<Record<string, unknown>>;
  /** What made it, from the first instruction on: `created_by`, in brackets where there is no layer. */
  readonly history: readonly string[];
  /** What is not as in the base, in order of the paths; see describeTree(). */
  readonly tree: readonly string[];
}

export interface BuildFailure {
  readonly error: string;
  /** Of the Dockerfile, where they are known. */
  readonly lines?: string;
}
