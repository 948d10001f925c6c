/** Descriptors that go on to all that box starts to outlive it: what keeps an ordinary user's namespace. */

const lasting: number[] = [];

export function lastingDescriptors(): readonly number[] {
  return lasting;
}

/** The descriptor must not be close-on-exec. */
export function makeLasting(fd: number): void {
  lasting.push(fd);
}
