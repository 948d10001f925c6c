/** What a box process that has entered its user's namespace knows of where it came from. */

/** The variable by which it is told. */
export const ENTERED = "BOX_ROOTLESS";

export interface Entered {
  /** Who the user is outside, where he is not root. */
  readonly uid: number;
  /** Descriptor of the lock by which the namespace is kept. */
  readonly users: number;
  readonly runDirectory: string;
}

export function describeEntered({ uid, users, runDirectory }: Entered): string {
  return `${uid} ${users} ${runDirectory}`;
}

/** Undefined if this process has not entered any. */
export function entered(): Entered | undefined {
  const [, uid, users, runDirectory] =
    /^([0-9]+) ([0-9]+) (\/.*)$/s.exec(Deno.env.get(ENTERED) ?? "") ?? [];
  return uid === undefined ? undefined : { uid: Number(uid), users: Number(users), runDirectory };
}
