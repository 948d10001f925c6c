/**
 * The parse tree of a template. Every node knows where it is and how Go writes it, because error
 * messages quote both.
 */
import { quote } from "../go/quote.ts";

interface Position {
  /** Index into the template's text. */
  readonly position: number;
}

export interface TextNode extends Position {
  readonly kind: "text";
  readonly text: string;
}

export interface ActionNode extends Position {
  readonly kind: "action";
  readonly pipe: PipeNode;
}

/** `if`, `with` or `range`. */
export interface BranchNode extends Position {
  readonly kind: "if" | "with" | "range";
  readonly pipe: PipeNode;
  readonly list: ListNode;
  readonly elseList?: ListNode;
}

/** `break` or `continue`. */
export interface JumpNode extends Position {
  readonly kind: "break" | "continue";
}

export interface TemplateNode extends Position {
  readonly kind: "template";
  readonly name: string;
  readonly pipe?: PipeNode;
}

export interface ListNode extends Position {
  readonly kind: "list";
  readonly nodes: StatementNode[];
}

export type StatementNode = TextNode | ActionNode | BranchNode | JumpNode | TemplateNode;

export interface PipeNode extends Position {
  readonly kind: "pipe";
  readonly isAssignment: boolean;
  readonly variables: string[];
  readonly commands: CommandNode[];
}

export interface CommandNode extends Position {
  readonly kind: "command";
  readonly arguments: OperandNode[];
}

export interface DotNode extends Position {
  readonly kind: "dot";
}

export interface NilNode extends Position {
  readonly kind: "nil";
}

export interface BoolNode extends Position {
  readonly kind: "bool";
  readonly value: boolean;
}

export interface NumberNode extends Position {
  readonly kind: "number";
  readonly text: string;
  /** The value, where it is a whole number that fits an int64. */
  readonly integer?: number | bigint;
  /** The value, where it is written as a float. */
  readonly float?: number;
}

export interface StringNode extends Position {
  readonly kind: "string";
  readonly quoted: string;
  readonly text: string;
}

/** The name of a function. */
export interface IdentifierNode extends Position {
  readonly kind: "identifier";
  readonly name: string;
}

/** `.A.B` */
export interface FieldNode extends Position {
  readonly kind: "field";
  readonly names: string[];
}

/** `$x.A.B`; `names` are the fields after the variable. */
export interface VariableNode extends Position {
  readonly kind: "variable";
  readonly variable: string;
  readonly names: string[];
}

/** `(pipeline).A.B` */
export interface ChainNode extends Position {
  readonly kind: "chain";
  readonly base: OperandNode;
  readonly names: string[];
}

export type OperandNode =
  | DotNode
  | NilNode
  | BoolNode
  | NumberNode
  | StringNode
  | IdentifierNode
  | FieldNode
  | VariableNode
  | ChainNode
  | PipeNode;

/** Nodes that the evaluation can fail at. */
export type QuotableNode = OperandNode | CommandNode | TemplateNode;

/** The node the way Go writes it back. */
export function nodeText(node: QuotableNode): string {
  switch (node.kind) {
    case "dot":
      return ".";
    case "nil":
      return "nil";
    case "bool":
      return String(node.value);
    case "number":
      return node.text;
    case "string":
      return node.quoted;
    case "identifier":
      return node.name;
    case "field":
      return fieldText(node.names);
    case "variable":
      return node.variable + fieldText(node.names);
    case "chain": {
      const base = nodeText(node.base);
      return (node.base.kind === "pipe" ? `(${base})` : base) + fieldText(node.names);
    }
    case "command":
      return node.arguments
        .map((argument) =>
          argument.kind === "pipe" ? `(${nodeText(argument)})` : nodeText(argument)
        )
        .join(" ");
    case "pipe": {
      const declaration = node.variables.length === 0 ? "" : node.variables.join(", ") + " := ";
      return declaration + node.commands.map(nodeText).join(" | ");
    }
    case "template": {
      const pipe = node.pipe === undefined ? "" : " " + nodeText(node.pipe);
      return `{{template ${quote(node.name)}${pipe}}}`;
    }
  }
}

function fieldText(names: readonly string[]): string {
  return names.map((name) => "." + name).join("");
}
