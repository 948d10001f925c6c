/** Builds the parse tree of a template, the way text/template/parse does (Go 1.19). */
import { quote, unquote } from "../go/quote.ts";
import { tokenize } from "./lexer.ts";
import {
  type BranchNode,
  type CommandNode,
  type ListNode,
  nodeText,
  type OperandNode,
  type PipeNode,
  type StatementNode,
  type TemplateNode,
} from "./nodes.ts";
import { parseCharacter, parseNumber } from "./number.ts";
import type { Token, TokenKind } from "./token.ts";
import { TokenStream } from "./token_stream.ts";

/** What ends a list: `{{end}}`, or `{{else}}` where a branch goes on. */
type ListEnd = "{{end}}" | "{{else}}";

export interface ParsedTemplate {
  readonly root: ListNode;
  /** The lists of `define` and `block`, by name. */
  readonly definitions: ReadonlyMap<string, ListNode>;
}

/**
 * Parses a template. `hasFunction` says which functions exist, because an unknown one is an error
 * of the text and not of the execution. Throws TemplateParseError.
 */
export function parse(
  text: string,
  name: string,
  hasFunction: (name: string) => boolean,
): ParsedTemplate {
  const tokens = new TokenStream(name, tokenize(text).values());
  const definitions = new Map<string, ListNode>();
  const root = new Parser({ tokens, definitions, hasFunction }).parseRoot();
  return { root, definitions };
}

/** What the parsers of one text share: a definition has a parser of its own. */
interface Shared {
  readonly tokens: TokenStream;
  readonly definitions: Map<string, ListNode>;
  readonly hasFunction: (name: string) => boolean;
}

const operandKinds: ReadonlySet<TokenKind> = new Set<TokenKind>([
  "bool",
  "characterConstant",
  "dot",
  "field",
  "identifier",
  "leftParenthesis",
  "nil",
  "number",
  "rawString",
  "string",
  "variable",
]);

class Parser {
  private readonly shared: Shared;
  private readonly tokens: TokenStream;
  private readonly variables = ["$"];
  private rangeDepth = 0;

  constructor(shared: Shared) {
    this.shared = shared;
    this.tokens = shared.tokens;
  }

  parseRoot(): ListNode {
    const nodes: StatementNode[] = [];
    const position = this.tokens.peek().position;
    while (this.tokens.peek().kind !== "eof") {
      if (this.tokens.peek().kind === "leftDelimiter") {
        const delimiter = this.tokens.next();
        const keyword = this.tokens.nextNonSpace();
        if (keyword.kind === "define") {
          new Parser(this.shared).parseDefinition();
          continue;
        }
        this.tokens.backup(delimiter, keyword);
      }
      const node = this.parseTextOrAction();
      if (typeof node === "string") this.tokens.fail(`unexpected ${node}`);
      nodes.push(node);
    }
    return { kind: "list", position, nodes };
  }

  private parseDefinition(): void {
    const context = "define clause";
    const name = this.parseTemplateName(this.tokens.nextNonSpace(), context);
    this.tokens.expect("rightDelimiter", context);
    this.define(name, context);
  }

  /** Reads the body of a definition up to its end. */
  private define(name: string, context: string): void {
    const { list, end } = this.parseList();
    if (end !== "{{end}}") this.tokens.fail(`unexpected ${end} in ${context}`);
    const previous = this.shared.definitions.get(name);
    if (previous === undefined || isEmpty(previous)) this.shared.definitions.set(name, list);
    else if (!isEmpty(list)) {
      this.tokens.fail(`template: multiple definition of template ${quote(name)}`);
    }
  }

  private parseList(): { list: ListNode; end: ListEnd } {
    const nodes: StatementNode[] = [];
    const position = this.tokens.peekNonSpace().position;
    while (this.tokens.peekNonSpace().kind !== "eof") {
      const node = this.parseTextOrAction();
      if (typeof node === "string") return { list: { kind: "list", position, nodes }, end: node };
      nodes.push(node);
    }
    this.tokens.fail("unexpected EOF");
  }

  private parseTextOrAction(): StatementNode | ListEnd {
    const token = this.tokens.nextNonSpace();
    if (token.kind === "text") return { kind: "text", position: token.position, text: token.text };
    if (token.kind !== "leftDelimiter") this.tokens.unexpected(token, "input");
    this.tokens.actionLine = token.line;
    const node = this.parseAction();
    this.tokens.actionLine = 0;
    return node;
  }

  private parseAction(): StatementNode | ListEnd {
    const token = this.tokens.nextNonSpace();
    switch (token.kind) {
      case "block":
        return this.parseBlock();
      case "break":
      case "continue":
        return this.parseJump(token.kind, token.position);
      case "else":
        return this.parseElse();
      case "end":
        this.tokens.expect("rightDelimiter", "end");
        return "{{end}}";
      case "if":
      case "range":
      case "with":
        return this.parseBranch(token.kind);
      case "template":
        return this.parseTemplateCall();
    }
    this.tokens.backup(token);
    const position = this.tokens.peek().position;
    return { kind: "action", position, pipe: this.parsePipeline("command", "rightDelimiter") };
  }

  private parseJump(kind: "break" | "continue", position: number): StatementNode {
    const token = this.tokens.nextNonSpace();
    if (token.kind !== "rightDelimiter") this.tokens.unexpected(token, `{{${kind}}}`);
    if (this.rangeDepth === 0) this.tokens.fail(`{{${kind}}} outside {{range}}`);
    return { kind, position };
  }

  private parseElse(): ListEnd {
    // The `if` of `{{else if` stays for parseBranch.
    if (this.tokens.peekNonSpace().kind !== "if") this.tokens.expect("rightDelimiter", "else");
    return "{{else}}";
  }

  private parseBranch(kind: BranchNode["kind"]): BranchNode {
    const outerVariables = this.variables.length;
    const pipe = this.parsePipeline(kind, "rightDelimiter");
    if (kind === "range") this.rangeDepth++;
    const { list, end } = this.parseList();
    if (kind === "range") this.rangeDepth--;
    const elseList = end === "{{else}}" ? this.parseElseList(kind) : undefined;
    this.variables.length = outerVariables;
    return { kind, position: pipe.position, pipe, list, elseList };
  }

  private parseElseList(kind: BranchNode["kind"]): ListNode {
    // `{{else if}}` is an if in the else list that shares its end.
    if (kind === "if" && this.tokens.peek().kind === "if") {
      const { position } = this.tokens.next();
      return { kind: "list", position, nodes: [this.parseBranch("if")] };
    }
    const { list, end } = this.parseList();
    if (end !== "{{end}}") this.tokens.fail(`expected end; found ${end}`);
    return list;
  }

  private parseBlock(): TemplateNode {
    const context = "block clause";
    const token = this.tokens.nextNonSpace();
    const name = this.parseTemplateName(token, context);
    const pipe = this.parsePipeline(context, "rightDelimiter");
    new Parser(this.shared).define(name, context);
    return { kind: "template", position: token.position, name, pipe };
  }

  private parseTemplateCall(): TemplateNode {
    const context = "template clause";
    const token = this.tokens.nextNonSpace();
    const name = this.parseTemplateName(token, context);
    const next = this.tokens.nextNonSpace();
    if (next.kind === "rightDelimiter") {
      return { kind: "template", position: token.position, name };
    }
    this.tokens.backup(next);
    const pipe = this.parsePipeline(context, "rightDelimiter");
    return { kind: "template", position: token.position, name, pipe };
  }

  private parseTemplateName(token: Token, context: string): string {
    if (token.kind !== "string" && token.kind !== "rawString") {
      this.tokens.unexpected(token, context);
    }
    return this.unquote(token.text);
  }

  private parsePipeline(context: string, end: TokenKind): PipeNode {
    const position = this.tokens.peekNonSpace().position;
    const variables: string[] = [];
    const isAssignment = this.parseDeclarations(context, variables);
    const commands: CommandNode[] = [];
    while (true) {
      const token = this.tokens.nextNonSpace();
      if (token.kind === end) break;
      if (!operandKinds.has(token.kind)) this.tokens.unexpected(token, context);
      this.tokens.backup(token);
      commands.push(this.parseCommand());
    }
    if (commands.length === 0) this.tokens.fail(`missing value for ${context}`);
    const constant = commands.findIndex((command, index) =>
      index > 0 && ["bool", "dot", "nil", "number", "string"].includes(command.arguments[0].kind)
    );
    if (constant > 0) this.tokens.fail(`non executable command in pipeline stage ${constant + 1}`);
    return { kind: "pipe", position, isAssignment, variables, commands };
  }

  /** Reads `$x :=`, `$x =` or `$k, $v :=`. Returns whether it is an assignment. */
  private parseDeclarations(context: string, variables: string[]): boolean {
    while (this.tokens.peekNonSpace().kind === "variable") {
      const variable = this.tokens.next();
      const after = this.tokens.peek();
      const operator = this.tokens.peekNonSpace();
      const isComma = operator.kind === "character" && operator.text === ",";
      if (operator.kind !== "assign" && operator.kind !== "declare" && !isComma) {
        // The variable is the pipeline's first operand.
        if (after.kind === "space") this.tokens.backup(variable, after);
        else this.tokens.backup(variable);
        return false;
      }
      this.tokens.nextNonSpace();
      variables.push(variable.text);
      this.variables.push(variable.text);
      if (!isComma) return operator.kind === "assign";
      if (context !== "range" || variables.length > 1) {
        this.tokens.fail(`too many declarations in ${context}`);
      }
      if (
        !["variable", "rightDelimiter", "rightParenthesis"].includes(
          this.tokens.peekNonSpace().kind,
        )
      ) {
        this.tokens.fail("range can only initialize variables");
      }
    }
    return false;
  }

  private parseCommand(): CommandNode {
    const position = this.tokens.peekNonSpace().position;
    const operands: OperandNode[] = [];
    while (true) {
      this.tokens.peekNonSpace();
      const operand = this.parseOperand();
      if (operand !== undefined) operands.push(operand);
      const token = this.tokens.next();
      if (token.kind === "space") continue;
      if (token.kind === "rightDelimiter" || token.kind === "rightParenthesis") {
        this.tokens.backup(token);
      } else if (token.kind !== "pipe") this.tokens.unexpected(token, "operand");
      break;
    }
    if (operands.length === 0) this.tokens.fail("empty command");
    return { kind: "command", position, arguments: operands };
  }

  /** A term with the fields that follow it. */
  private parseOperand(): OperandNode | undefined {
    const term = this.parseTerm();
    if (term === undefined || this.tokens.peek().kind !== "field") return term;
    const { position } = this.tokens.peek();
    const names: string[] = [];
    while (this.tokens.peek().kind === "field") names.push(this.tokens.next().text.slice(1));
    switch (term.kind) {
      case "field":
        return { kind: "field", position, names: [...term.names, ...names] };
      case "variable":
        return { ...term, position, names };
      case "bool":
      case "string":
      case "number":
      case "nil":
      case "dot":
        this.tokens.fail(`unexpected . after term ${quote(nodeText(term))}`);
    }
    return { kind: "chain", position, base: term, names };
  }

  private parseTerm(): OperandNode | undefined {
    const token = this.tokens.nextNonSpace();
    const { position, text } = token;
    switch (token.kind) {
      case "identifier":
        if (!this.shared.hasFunction(text)) this.tokens.fail(`function ${quote(text)} not defined`);
        return { kind: "identifier", position, name: text };
      case "dot":
      case "nil":
        return { kind: token.kind, position };
      case "variable":
        if (!this.variables.includes(text)) this.tokens.fail(`undefined variable ${quote(text)}`);
        return { kind: "variable", position, variable: text, names: [] };
      case "field":
        return { kind: "field", position, names: [text.slice(1)] };
      case "bool":
        return { kind: "bool", position, value: text === "true" };
      case "number":
        return this.attempt(() => parseNumber(text, position));
      case "characterConstant":
        return this.attempt(() => parseCharacter(text, position));
      case "leftParenthesis":
        return this.parsePipeline("parenthesized pipeline", "rightParenthesis");
      case "string":
      case "rawString":
        return { kind: "string", position, quoted: text, text: this.unquote(text) };
      default:
        this.tokens.backup(token);
        return undefined;
    }
  }

  private unquote(literal: string): string {
    return unquote(literal) ?? this.tokens.fail("invalid syntax");
  }

  private attempt<T>(read: () => T): T {
    try {
      return read();
    } catch (error) {
      this.tokens.fail((error as Error).message);
    }
  }
}

/** A list of nothing but white space does not replace an earlier definition. */
function isEmpty(list: ListNode): boolean {
  return list.nodes.every((node) => node.kind === "text" && node.text.trim() === "");
}
