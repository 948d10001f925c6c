/** Splits a template into tokens, the way text/template/parse does (Go 1.19). */
import { isPrintable, quote } from "../go/quote.ts";
import { keywords, type Token, type TokenKind } from "./token.ts";

const leftDelimiter = "{{";
const rightDelimiter = "}}";
const leftComment = "/*";
const rightComment = "*/";

const spaces = " \t\r\n";
const leadingSpaces = /^[ \t\r\n]+/;
const trailingSpaces = /[ \t\r\n]+$/;
const numberText =
  /^(?:0[xX][0-9a-fA-F_]*\.?[0-9a-fA-F_]*(?:[pP][+-]?[0-9_]*)?|0[oO][0-7_]*\.?[0-7_]*|0[bB][01_]*\.?[01_]*|[0-9_]*\.?[0-9_]*(?:[eE][+-]?[0-9_]*)?)/;
const alphanumeric = /^[_\p{L}\p{Nd}]$/u;

/** The tokens up to the end or to the first error, which is the last token. */
export function tokenize(text: string): Token[] {
  return new Lexer(text).run();
}

/** A lexical error ends the run. */
class LexicalError extends Error {}

class Lexer {
  private readonly input: string;
  private readonly tokens: Token[] = [];
  private start = 0;
  private position = 0;
  private parenthesisDepth = 0;
  private line = 1;
  /** Up to where `line` has counted. */
  private counted = 0;

  constructor(input: string) {
    this.input = input;
  }

  run(): Token[] {
    try {
      while (this.lexText()) this.lexAction();
      this.emit("eof");
    } catch (error) {
      if (!(error instanceof LexicalError)) throw error;
      this.push("error", error.message);
    }
    return this.tokens;
  }

  /** Reads up to and with the next left delimiter; false at the end of the input. */
  private lexText(): boolean {
    const delimiter = this.input.indexOf(leftDelimiter, this.position);
    if (delimiter < 0) {
      this.position = this.input.length;
      if (this.position > this.start) this.emit("text");
      return false;
    }
    const afterDelimiter = delimiter + leftDelimiter.length;
    const isTrimmed = this.hasLeftTrimMarker(afterDelimiter);
    const text = this.input.slice(this.start, delimiter);
    const kept = isTrimmed ? text.replace(trailingSpaces, "") : text;
    this.position = this.start + kept.length;
    if (kept !== "") this.emit("text");
    this.start = delimiter;
    this.position = afterDelimiter;
    const actionStart = afterDelimiter + (isTrimmed ? 2 : 0);
    if (this.input.startsWith(leftComment, actionStart)) {
      this.position = actionStart;
      this.skipComment();
      return this.lexText();
    }
    this.emit("leftDelimiter");
    this.start = this.position = actionStart;
    return true;
  }

  private skipComment(): void {
    this.start = this.position;
    const end = this.input.indexOf(rightComment, this.position + leftComment.length);
    if (end < 0) throw new LexicalError("unclosed comment");
    this.position = end + rightComment.length;
    if (this.hasRightTrimMarker(this.position)) {
      this.position += 2 + rightDelimiter.length;
      this.skipSpaces();
    } else if (this.atRightDelimiter()) {
      this.position += rightDelimiter.length;
    } else {
      throw new LexicalError("comment ends before closing delimiter");
    }
    this.start = this.position;
  }

  /** Reads the inside of an action with its right delimiter. */
  private lexAction(): void {
    this.parenthesisDepth = 0;
    while (true) {
      const isTrimmed = this.hasRightTrimMarker(this.position);
      if (isTrimmed || this.atRightDelimiter()) {
        if (this.parenthesisDepth > 0) throw new LexicalError("unclosed left paren");
        if (isTrimmed) this.start = this.position += 2;
        this.position += rightDelimiter.length;
        this.emit("rightDelimiter");
        if (isTrimmed) this.skipSpaces();
        this.start = this.position;
        return;
      }
      this.lexToken();
    }
  }

  private lexToken(): void {
    const character = this.next();
    if (character === "") throw new LexicalError("unclosed action");
    if (spaces.includes(character)) return this.lexSpace();
    switch (character) {
      case "=":
        return this.emit("assign");
      case ":":
        if (this.next() !== "=") throw new LexicalError("expected :=");
        return this.emit("declare");
      case "|":
        return this.emit("pipe");
      case '"':
        return this.lexQuoted(character, "string", "unterminated quoted string");
      case "'":
        return this.lexQuoted(character, "characterConstant", "unterminated character constant");
      case "`":
        return this.lexRawString();
      case "$":
        return this.lexName("variable", "variable");
      case "(":
        this.parenthesisDepth++;
        return this.emit("leftParenthesis");
      case ")":
        this.emit("rightParenthesis");
        if (--this.parenthesisDepth < 0) {
          throw new LexicalError(`unexpected right paren ${unicodeName(character)}`);
        }
        return;
    }
    if (character === "." && /\D/.test(this.peek())) return this.lexName("field", "dot");
    if (/[.+\-0-9]/.test(character)) {
      this.position = this.start;
      return this.lexNumber();
    }
    if (alphanumeric.test(character)) return this.lexIdentifier();
    if (character >= " " && character <= "~") return this.emit("character");
    throw new LexicalError(`unrecognized character in action: ${unicodeName(character)}`);
  }

  /** A space may be the one in front of a trim marker, which belongs to the delimiter. */
  private lexSpace(): void {
    while (this.peek() !== "" && spaces.includes(this.peek())) this.next();
    if (this.hasRightTrimMarker(this.position - 1)) {
      this.position--;
      if (this.position === this.start) return;
    }
    this.emit("space");
  }

  private lexQuoted(mark: string, kind: TokenKind, complaint: string): void {
    while (true) {
      let character = this.next();
      if (character === "\\") {
        character = this.next();
        if (character !== "" && character !== "\n") continue;
      }
      if (character === "" || character === "\n") throw new LexicalError(complaint);
      if (character === mark) return this.emit(kind);
    }
  }

  private lexRawString(): void {
    const end = this.input.indexOf("`", this.position);
    if (end < 0) throw new LexicalError("unterminated raw quoted string");
    this.position = end + 1;
    this.emit("rawString");
  }

  /** Reads what follows the dot of a field or the dollar of a variable. */
  private lexName(kind: TokenKind, alone: TokenKind): void {
    if (this.atTerminator()) return this.emit(alone);
    this.skipAlphanumeric();
    this.emit(kind);
  }

  private lexIdentifier(): void {
    this.skipAlphanumeric();
    const word = this.input.slice(this.start, this.position);
    if (keywords.has(word)) this.emit(word as TokenKind);
    else this.emit(word === "true" || word === "false" ? "bool" : "identifier");
  }

  private skipAlphanumeric(): void {
    while (alphanumeric.test(this.peek())) this.next();
    if (!this.atTerminator()) throw new LexicalError(`bad character ${unicodeName(this.peek())}`);
  }

  /** Takes any text that may be a number; whether it is one the parser finds out. */
  private lexNumber(): void {
    this.skipNumber();
    // Two numbers in a row would be a complex one.
    const isComplex = /[+-]/.test(this.peek());
    if (isComplex) this.skipNumber();
    const isJoined = alphanumeric.test(this.peek());
    if (isJoined) this.next();
    if (isComplex || isJoined) {
      const text = this.input.slice(this.start, this.position);
      throw new LexicalError(`bad number syntax: ${quote(text)}`);
    }
    this.emit("number");
  }

  private skipNumber(): void {
    const sign = /[+-]/.test(this.peek()) ? 1 : 0;
    const rest = this.input.slice(this.position + sign);
    this.position += sign + numberText.exec(rest)![0].length;
  }

  private next(): string {
    const character = this.peek();
    this.position += character.length;
    return character;
  }

  /** The next character; empty at the end. */
  private peek(): string {
    const codePoint = this.input.codePointAt(this.position);
    return codePoint === undefined ? "" : String.fromCodePoint(codePoint);
  }

  private atRightDelimiter(): boolean {
    return this.input.startsWith(rightDelimiter, this.position);
  }

  /** Whether what follows may stand after a name without a space. */
  private atTerminator(): boolean {
    const character = this.peek();
    return character === "" || spaces.includes(character) || ".,|:)(".includes(character) ||
      this.atRightDelimiter();
  }

  private hasLeftTrimMarker(index: number): boolean {
    return this.input[index] === "-" && index + 1 < this.input.length &&
      spaces.includes(this.input[index + 1]);
  }

  private hasRightTrimMarker(index: number): boolean {
    return index < this.input.length && spaces.includes(this.input[index]) &&
      this.input.startsWith("-" + rightDelimiter, index + 1);
  }

  private skipSpaces(): void {
    this.position += leadingSpaces.exec(this.input.slice(this.position))?.[0].length ?? 0;
  }

  private emit(kind: TokenKind): void {
    this.push(kind, this.input.slice(this.start, this.position));
    this.start = this.position;
  }

  private push(kind: TokenKind, text: string): void {
    for (; this.counted < this.start; this.counted++) {
      if (this.input[this.counted] === "\n") this.line++;
    }
    this.tokens.push({ kind, text, position: this.start, line: this.line });
  }
}

/** Go's %#U: the code point and, where it is printable, the character. */
function unicodeName(character: string): string {
  const name = "U+" + character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, "0");
  return isPrintable(character) ? `${name} '${character}'` : name;
}
