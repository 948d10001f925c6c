/** Runs a parsed template on a value. */
import { sprint } from "../go/print.ts";
import { formatValue } from "../go/format_value.ts";
import type { Value } from "../go/types.ts";
import { indirect, intValue, isTrue, mapEntries, sliceElements, stringValue } from "../go/value.ts";
import { encodeUtf8 } from "../go/utf8.ts";
import { quote } from "../go/quote.ts";
import { TemplateExecutionError } from "./errors.ts";
import { EvaluationError, Evaluator, type MissingKey } from "./evaluator.ts";
import type { FunctionTable } from "./function_table.ts";
import {
  type BranchNode,
  type ListNode,
  nodeText,
  type QuotableNode,
  type StatementNode,
  type TemplateNode,
} from "./nodes.ts";
import type { ParsedTemplate } from "./parser.ts";

export interface Execution {
  readonly name: string;
  readonly text: string;
  readonly parsed: ParsedTemplate;
  readonly functions: FunctionTable;
  readonly missingKey: MissingKey;
}

/** Templates may call themselves; Go stops them at 100000, before a stack of ours is full. */
const largestDepth = 500;

/** Returns what the template writes. Throws TemplateExecutionError. */
export function execute(execution: Execution, dot: Value | undefined): string {
  const output: string[] = [];
  new TemplateRun(execution, execution.name, dot, output, 0).run(execution.parsed.root);
  return output.join("");
}

type Jump = "break" | "continue" | undefined;

/** The execution of one template; a `{{template}}` in it has a run of its own. */
class TemplateRun {
  private readonly execution: Execution;
  private readonly name: string;
  private readonly dot: Value | undefined;
  private readonly output: string[];
  private readonly depth: number;
  private readonly evaluator: Evaluator;

  constructor(
    execution: Execution,
    name: string,
    dot: Value | undefined,
    output: string[],
    depth: number,
  ) {
    this.execution = execution;
    this.name = name;
    this.dot = dot;
    this.output = output;
    this.depth = depth;
    this.evaluator = new Evaluator(dot, execution.functions, execution.missingKey);
  }

  run(root: ListNode): void {
    try {
      this.walkList(this.dot, root);
    } catch (error) {
      if (!(error instanceof EvaluationError)) throw error;
      const place = `${this.execution.name}:${this.lineAndColumn(error.node)}`;
      throw new TemplateExecutionError(
        `template: ${place}: executing ${quote(this.name)} at <${nodeText(error.node)}>: ` +
          error.message,
        this.output.join(""),
      );
    }
  }

  private walkList(dot: Value | undefined, list: ListNode): Jump {
    for (const node of list.nodes) {
      const jump = this.walk(dot, node);
      if (jump !== undefined) return jump;
    }
  }

  private walk(dot: Value | undefined, node: StatementNode): Jump {
    switch (node.kind) {
      case "text":
        this.output.push(node.text);
        return undefined;
      case "action": {
        const value = this.evaluator.evaluatePipeline(dot, node.pipe);
        if (node.pipe.variables.length === 0) this.output.push(printed(value));
        return undefined;
      }
      case "break":
      case "continue":
        return node.kind;
      case "template":
        this.call(dot, node);
        return undefined;
      case "range":
        return this.evaluator.scope(() => this.walkRange(dot, node));
      default:
        return this.evaluator.scope(() => this.walkIfOrWith(dot, node));
    }
  }

  private walkIfOrWith(dot: Value | undefined, node: BranchNode): Jump {
    const value = this.evaluator.evaluatePipeline(dot, node.pipe);
    if (isTrue(value)) return this.walkList(node.kind === "with" ? value : dot, node.list);
    if (node.elseList !== undefined) return this.walkList(dot, node.elseList);
  }

  private walkRange(dot: Value | undefined, node: BranchNode): Jump {
    const elements = this.rangeElements(this.evaluator.evaluatePipeline(dot, node.pipe));
    for (const [index, element] of elements) {
      const jump = this.evaluator.scope(() => {
        this.evaluator.setRangeVariables(node.pipe, index, element);
        return this.walkList(element, node.list);
      });
      if (jump === "break") return;
    }
    if (elements.length === 0 && node.elseList !== undefined) {
      return this.walkList(dot, node.elseList);
    }
  }

  private rangeElements(value: Value | undefined): [Value, Value][] {
    if (value === undefined) return [];
    const { value: collection, isNil } = indirect(value);
    if (collection.type.kind === "slice") {
      return sliceElements(collection).map((element, index) => [intValue(index), element]);
    }
    if (collection.type.kind === "map") {
      return mapEntries(collection).map(([key, element]) => [stringValue(key), element]);
    }
    if (isNil && collection.type.kind === "interface") return [];
    this.evaluator.fail(`range can't iterate over ${formatValue(collection, { verb: "v" })}`);
  }

  private call(dot: Value | undefined, node: TemplateNode): void {
    this.evaluator.at(node);
    const root = this.execution.parsed.definitions.get(node.name);
    if (root === undefined) this.evaluator.fail(`template ${quote(node.name)} not defined`);
    if (this.depth === largestDepth) {
      this.evaluator.fail(`exceeded maximum template depth (${largestDepth})`);
    }
    const value = node.pipe === undefined
      ? undefined
      : this.evaluator.evaluatePipeline(dot, node.pipe);
    new TemplateRun(this.execution, node.name, value, this.output, this.depth + 1).run(root);
  }

  /** The node's line, from 1, and byte in the line, from 0. */
  private lineAndColumn({ position }: QuotableNode): string {
    const lines = this.execution.text.slice(0, position).split("\n");
    return `${lines.length}:${encodeUtf8(lines[lines.length - 1]).length}`;
  }
}

/** What an action writes: a pointer without a String method counts as what it points at. */
function printed(value: Value | undefined): string {
  if (value === undefined) return "<no value>";
  const isPlainPointer = value.type.kind === "pointer" && value.type.format === undefined;
  return sprint([isPlainPointer ? indirect(value).value : value]);
}
