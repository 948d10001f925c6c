/** errno: the numbers, names and texts of errno(3), as asm-generic/errno.h numbers them (x86-64 and aarch64 alike). */

const table: Record<number, [name: string, text: string]> = {
  1: ["EPERM", "operation not permitted"],
  2: ["ENOENT", "no such file or directory"],
  3: ["ESRCH", "no such process"],
  4: ["EINTR", "interrupted system call"],
  5: ["EIO", "input/output error"],
  6: ["ENXIO", "no such device or address"],
  7: ["E2BIG", "argument list too long"],
  8: ["ENOEXEC", "exec format error"],
  9: ["EBADF", "bad file descriptor"],
  10: ["ECHILD", "no child processes"],
  11: ["EAGAIN", "resource temporarily unavailable"],
  12: ["ENOMEM", "cannot allocate memory"],
  13: ["EACCES", "permission denied"],
  14: ["EFAULT", "bad address"],
  15: ["ENOTBLK", "block device required"],
  16: ["EBUSY", "device or resource busy"],
  17: ["EEXIST", "file exists"],
  18: ["EXDEV", "invalid cross-device link"],
  19: ["ENODEV", "no such device"],
  20: ["ENOTDIR", "not a directory"],
  21: ["EISDIR", "is a directory"],
  22: ["EINVAL", "invalid argument"],
  23: ["ENFILE", "too many open files in system"],
  24: ["EMFILE", "too many open files"],
  25: ["ENOTTY", "inappropriate ioctl for device"],
  26: ["ETXTBSY", "text file busy"],
  27: ["EFBIG", "file too large"],
  28: ["ENOSPC", "no space left on device"],
  29: ["ESPIPE", "illegal seek"],
  30: ["EROFS", "read-only file system"],
  31: ["EMLINK", "too many links"],
  32: ["EPIPE", "broken pipe"],
  34: ["ERANGE", "numerical result out of range"],
  36: ["ENAMETOOLONG", "file name too long"],
  38: ["ENOSYS", "function not implemented"],
  39: ["ENOTEMPTY", "directory not empty"],
  40: ["ELOOP", "too many levels of symbolic links"],
  61: ["ENODATA", "no data available"],
  62: ["ETIME", "timer expired"],
  75: ["EOVERFLOW", "value too large for defined data type"],
  87: ["EUSERS", "too many users"],
  93: ["EPROTONOSUPPORT", "protocol not supported"],
  95: ["EOPNOTSUPP", "operation not supported"],
  97: ["EAFNOSUPPORT", "address family not supported by protocol"],
  98: ["EADDRINUSE", "address already in use"],
  99: ["EADDRNOTAVAIL", "cannot assign requested address"],
  100: ["ENETDOWN", "network is down"],
  101: ["ENETUNREACH", "network is unreachable"],
  104: ["ECONNRESET", "connection reset by peer"],
  105: ["ENOBUFS", "no buffer space available"],
  107: ["ENOTCONN", "transport endpoint is not connected"],
  110: ["ETIMEDOUT", "connection timed out"],
  111: ["ECONNREFUSED", "connection refused"],
  113: ["EHOSTUNREACH", "no route to host"],
  115: ["EINPROGRESS", "operation now in progress"],
  116: ["ESTALE", "stale file handle"],
  122: ["EDQUOT", "disk quota exceeded"],
};

/** The name of an errno, such as `ENOENT`. */
export function errnoName(number: number): string {
  return table[number]?.[0] ?? `E${number}`;
}

/** The text of an errno as Go and docker print it, such as `no such file or directory`. */
export function errnoText(number: number): string {
  return table[number]?.[1] ?? `errno ${number}`;
}

/** A system call that failed: what was called, on what, and why. */
export class SystemError extends Error {
  override readonly name = "SystemError";
  /** The errno's name, such as `ENOSPC`. */
  readonly code: string;

  constructor(
    readonly operation: string,
    readonly subject: string,
    readonly errno: number,
  ) {
    const code = errnoName(errno);
    super(`${operation}${subject && " " + shown(subject)}: ${errnoText(errno)} (${code})`);
    this.code = code;
  }

  /** Why, in words. */
  get reason(): string {
    return errnoText(this.errno);
  }

  /** The message without the errno's name: what docker prints for files that the user named. */
  get plainMessage(): string {
    return `${this.operation}${this.subject && " " + shown(this.subject)}: ${this.reason}`;
  }
}

const LONGEST_SHOWN = 300;

/** A file's name on one line that can be read: archives and containers choose names as they like, up to a megabyte. */
function shown(name: string): string {
  const half = LONGEST_SHOWN / 2;
  const short = name.length > LONGEST_SHOWN
    ? `${name.slice(0, half)}...${name.slice(-half)}`
    : name;
  // Most names have none, and V8 is slow to prepare this class of characters.
  return hasControlCharacter(short)
    ? short.replace(
      /\p{Cc}/gu,
      (character) => "\\x" + character.charCodeAt(0).toString(16).padStart(2, "0"),
    )
    : short;
}

/** Unicode's category Cc. */
function hasControlCharacter(text: string): boolean {
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code < 0x20 || (code >= 0x7f && code < 0xa0)) return true;
  }
  return false;
}

/** Returns the result of a system call, or throws the error that it is. */
export function check(
  result: number,
  operation: string,
  subject: string | (() => string) = "",
): number {
  if (result >= 0) return result;
  throw new SystemError(operation, typeof subject === "string" ? subject : subject(), -result);
}

/** Whether this is a failed system call with one of these errno names. */
export function isErrno(error: unknown, ...codes: string[]): error is SystemError {
  return error instanceof SystemError && codes.includes(error.code);
}
