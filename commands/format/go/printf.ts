/** fmt.Sprintf: finds the directives of a format and their arguments. */
import type { Directive } from "./directive.ts";
import { formatValue } from "./format_value.ts";
import type { Value } from "./types.ts";
import { interfaceElement } from "./value.ts";

type Argument = Value | undefined;

export function sprintf(format: string, values: readonly Argument[]): string {
  return new Printer(format, values).print();
}

/** fmt takes no width or precision beyond this. */
const largestNumber = 1_000_000;

class Printer {
  private readonly format: string;
  private readonly values: readonly Argument[];
  private position = 0;
  private output = "";
  private argument = 0;
  /** An explicit argument index such as %[2]d was seen: surplus arguments are no error then. */
  private isReordered = false;
  private isGoodIndex = true;
  /** The last thing read was an argument index. */
  private isAfterIndex = false;

  constructor(format: string, values: readonly Argument[]) {
    this.format = format;
    this.values = values;
  }

  print(): string {
    while (true) {
      const percent = this.format.indexOf("%", this.position);
      if (percent < 0) break;
      this.output += this.format.slice(this.position, percent);
      this.position = percent + 1;
      this.printDirective();
    }
    return this.output + this.format.slice(this.position) + this.surplus();
  }

  private printDirective(): void {
    this.isGoodIndex = true;
    this.isAfterIndex = false;
    const flags = this.readFlags();
    this.readIndex();
    const width = this.readWidth();
    const precision = this.readPrecision();
    if (!this.isAfterIndex) this.readIndex();

    const verb = this.readVerb();
    if (verb === undefined) {
      this.output += "%!(NOVERB)";
    } else if (verb === "%") {
      this.output += "%";
    } else if (!this.isGoodIndex) {
      this.output += `%!${verb}(BADINDEX)`;
    } else if (this.argument >= this.values.length) {
      this.output += `%!${verb}(MISSING)`;
    } else {
      const minus = flags.has("-") || (width ?? 0) < 0;
      const directive: Directive = {
        verb,
        width: width === undefined ? undefined : Math.abs(width),
        precision,
        minus,
        plus: flags.has("+"),
        sharp: flags.has("#"),
        space: flags.has(" "),
        zero: flags.has("0") && !minus,
      };
      this.output += formatValue(this.values[this.argument++], directive);
    }
  }

  private readFlags(): Set<string> {
    const flags = new Set<string>();
    while ("#0+- ".includes(this.format.charAt(this.position) || "?")) {
      flags.add(this.format[this.position++]);
    }
    return flags;
  }

  private readWidth(): number | undefined {
    if (this.format[this.position] === "*") {
      this.position++;
      return this.numberArgument("%!(BADWIDTH)", -largestNumber);
    }
    const width = this.readNumber();
    if (this.isAfterIndex && width !== undefined) this.isGoodIndex = false;
    return width;
  }

  private readPrecision(): number | undefined {
    if (this.format[this.position] !== ".") return undefined;
    this.position++;
    if (this.isAfterIndex) this.isGoodIndex = false;
    this.readIndex();
    if (this.format[this.position] === "*") {
      this.position++;
      return this.numberArgument("%!(BADPREC)", 0);
    }
    return this.readNumber() ?? 0;
  }

  private readNumber(): number | undefined {
    const match = /^\d+/.exec(this.format.slice(this.position));
    if (match === null) return undefined;
    this.position += match[0].length;
    const number = Number(match[0]);
    return number > largestNumber ? undefined : number;
  }

  /** Takes a width or precision from the arguments, for `*`. */
  private numberArgument(complaint: string, smallest: number): number | undefined {
    this.isAfterIndex = false;
    const value = interfaceElement(this.values[this.argument]);
    if (this.argument < this.values.length) this.argument++;
    const number = value?.type.kind === "int" || value?.type.kind === "uint"
      ? Number(value.data)
      : NaN;
    if (number >= smallest && number <= largestNumber) return number;
    this.output += complaint;
    return undefined;
  }

  /** Reads an explicit argument index such as [2]. */
  private readIndex(): void {
    if (this.format[this.position] !== "[") {
      this.isAfterIndex = false;
      return;
    }
    this.isReordered = true;
    const end = this.format.indexOf("]", this.position);
    const text = end < 0 ? "" : this.format.slice(this.position + 1, end);
    const isNumber = /^\d+$/.test(text);
    const index = Number(text) - 1;
    this.position = end < 0 ? this.position + 1 : end + 1;
    this.isAfterIndex = isNumber;
    if (isNumber && index >= 0 && index < this.values.length) this.argument = index;
    else this.isGoodIndex = false;
  }

  private readVerb(): string | undefined {
    const codePoint = this.format.codePointAt(this.position);
    if (codePoint === undefined) return undefined;
    const verb = String.fromCodePoint(codePoint);
    this.position += verb.length;
    return verb;
  }

  /** Complains about arguments that no directive used. */
  private surplus(): string {
    if (this.isReordered || this.argument >= this.values.length) return "";
    const surplus = this.values.slice(this.argument).map((value) => {
      const dynamic = interfaceElement(value);
      return dynamic === undefined
        ? "<nil>"
        : `${dynamic.type.name}=${formatValue(dynamic, { verb: "v" })}`;
    });
    return `%!(EXTRA ${surplus.join(", ")})`;
  }
}
