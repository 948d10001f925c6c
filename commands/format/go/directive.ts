/** One formatting directive of a printf format, such as `%-10s`, without its argument. */
export interface Directive {
  readonly verb: string;
  readonly width?: number;
  readonly precision?: number;
  /** `-`: pad on the right. */
  readonly minus?: boolean;
  /** `+`: always a sign; field names with %v; ASCII only with %q. */
  readonly plus?: boolean;
  /** `#`: the alternate form (0x, backquotes). */
  readonly sharp?: boolean;
  readonly space?: boolean;
  /** `0`: pad with zeros instead of spaces; ignored together with `-`. */
  readonly zero?: boolean;
}

/** Pads to the directive's width, which counts characters. */
export function pad(text: string, directive: Directive): string {
  const missing = (directive.width ?? 0) - [...text].length;
  if (missing <= 0) return text;
  if (directive.minus) return text + " ".repeat(missing);
  return (directive.zero ? "0" : " ").repeat(missing) + text;
}
