/** The tokens of one template with look-ahead, and the errors that name their place. */
import { quote } from "../go/quote.ts";
import { TemplateParseError } from "./errors.ts";
import { keywords, type Token, type TokenKind } from "./token.ts";

export class TokenStream {
  /** The line on which the current action began; 0 outside. */
  actionLine = 0;
  private readonly name: string;
  private readonly tokens: Iterator<Token>;
  /** Tokens that were read and put back, the next one last. */
  private readonly pending: Token[] = [];
  /** The last token that came out of the lexer; errors name its line. */
  private latest: Token = { kind: "text", text: "", position: 0, line: 1 };

  constructor(name: string, tokens: Iterator<Token>) {
    this.name = name;
    this.tokens = tokens;
  }

  next(): Token {
    const token = this.pending.pop();
    if (token !== undefined) return token;
    const result = this.tokens.next();
    // The end repeats: a parser may look at it again.
    if (!result.done) this.latest = result.value;
    return this.latest;
  }

  /** Puts tokens back, in the order in which they were read. */
  backup(...tokens: Token[]): void {
    this.pending.push(...tokens.reverse());
  }

  peek(): Token {
    const token = this.next();
    this.backup(token);
    return token;
  }

  nextNonSpace(): Token {
    let token = this.next();
    while (token.kind === "space") token = this.next();
    return token;
  }

  peekNonSpace(): Token {
    const token = this.nextNonSpace();
    this.backup(token);
    return token;
  }

  expect(kind: TokenKind, context: string): void {
    const token = this.nextNonSpace();
    if (token.kind !== kind) this.unexpected(token, context);
  }

  unexpected(token: Token, context: string): never {
    if (token.kind !== "error") this.fail(`unexpected ${tokenText(token)} in ${context}`);
    let place = "";
    if (this.actionLine !== 0 && this.actionLine !== token.line) {
      place = ` in action started at ${this.name}:${this.actionLine}`;
      // Go avoids "action in action".
      if (token.text.endsWith(" action")) place = place.slice(" in action".length);
    }
    this.fail(token.text + place);
  }

  fail(message: string): never {
    throw new TemplateParseError(
      `template: ${this.name}:${this.latest.line}: ${message}`,
    );
  }
}

/** A token as error messages show it. */
function tokenText({ kind, text }: Token): string {
  if (kind === "eof") return "EOF";
  if (keywords.has(kind) || kind === "dot") return `<${text}>`;
  const characters = [...text];
  return characters.length > 10 ? quote(characters.slice(0, 10).join("")) + "..." : quote(text);
}
