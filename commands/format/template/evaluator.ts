/** Evaluates pipelines, the way text/template does (Go 1.19). */
import { float64Type, type GoType, stringType, type Value } from "../go/types.ts";
import {
  boolValue,
  canBeNil,
  fieldValue,
  indirect,
  interfaceElement,
  intValue,
  isTrue,
  mapElement,
  stringValue,
  structField,
  valueOf,
  zeroValue,
} from "../go/value.ts";
import { quote } from "../go/quote.ts";
import { convertArgument } from "./conversion.ts";
import { FunctionError, type FunctionTable, type TemplateFunction } from "./function_table.ts";
import {
  type ChainNode,
  type CommandNode,
  type IdentifierNode,
  nodeText,
  type NumberNode,
  type OperandNode,
  type PipeNode,
  type QuotableNode,
} from "./nodes.ts";

/** What a map does with a key that it does not have. */
export type MissingKey = "default" | "error";

/** Go's nil and reflect's invalid value are both `undefined`. */
type Result = Value | undefined;

/** A pipeline's earlier result, which is the last argument of its next command. */
type Final = { readonly value: Result } | undefined;

/** An evaluation failed at a node; the executor adds the place. */
export class EvaluationError extends Error {
  readonly node: QuotableNode;

  constructor(message: string, node: QuotableNode) {
    super(message);
    this.node = node;
  }
}

export class Evaluator {
  /** The node that errors are reported at: the one looked at last, as in Go. */
  private node: QuotableNode = { kind: "dot", position: 0 };
  private readonly variables: { name: string; value: Result }[];
  private readonly functions: FunctionTable;
  private readonly missingKey: MissingKey;

  constructor(dot: Result, functions: FunctionTable, missingKey: MissingKey) {
    this.variables = [{ name: "$", value: dot }];
    this.functions = functions;
    this.missingKey = missingKey;
  }

  /** Runs the body and forgets the variables that it declared. */
  scope<T>(body: () => T): T {
    const outer = this.variables.length;
    const result = body();
    this.variables.length = outer;
    return result;
  }

  /** Sets the variables of a range to the current index and element. */
  setRangeVariables({ variables, isAssignment }: PipeNode, index: Value, element: Value): void {
    const values = variables.length > 1 ? [index, element] : [element];
    variables.forEach((name, position) => {
      if (isAssignment) this.setVariable(name, values[position]);
      else {this.variables[this.variables.length - variables.length + position] = {
          name,
          value: values[position],
        };}
    });
  }

  evaluatePipeline(dot: Result, pipe: PipeNode): Result {
    this.at(pipe);
    let final: Final;
    for (const command of pipe.commands) {
      final = { value: interfaceElement(this.evaluateCommand(dot, command, final)) };
    }
    const value = final?.value;
    for (const name of pipe.variables) {
      if (pipe.isAssignment) this.setVariable(name, value);
      else this.variables.push({ name, value });
    }
    return value;
  }

  at(node: QuotableNode): void {
    this.node = node;
  }

  fail(message: string): never {
    throw new EvaluationError(message, this.node);
  }

  private evaluateCommand(dot: Result, command: CommandNode, final: Final): Result {
    const [first] = command.arguments;
    switch (first.kind) {
      case "field":
      case "chain":
      case "variable":
        return this.evaluateFields(dot, first, command.arguments, final);
      case "identifier":
        return this.evaluateFunction(dot, first, command, command.arguments, final);
      case "pipe":
        this.refuseArguments(command.arguments, final);
        return this.evaluatePipeline(dot, first);
    }
    this.at(first);
    this.refuseArguments(command.arguments, final);
    if (first.kind === "nil") this.fail("nil is not a command");
    return this.evaluateOperand(dot, first);
  }

  /** Evaluates an operand that is not a command's first word, or a constant. */
  private evaluateOperand(dot: Result, node: OperandNode): Result {
    switch (node.kind) {
      case "dot":
        return dot;
      case "nil":
        return undefined;
      case "bool":
        return boolValue(node.value);
      case "string":
        return stringValue(node.text);
      case "number":
        return this.evaluateNumber(node);
      case "identifier":
        return this.evaluateFunction(dot, node, node, [], undefined);
      case "pipe":
        return this.evaluatePipeline(dot, node);
      default:
        return this.evaluateFields(dot, node, [], undefined);
    }
  }

  private evaluateNumber(node: NumberNode): Result {
    if (node.float !== undefined) return { type: float64Type, data: node.float };
    if (node.integer === undefined) this.fail(`${node.text} overflows int`);
    return intValue(node.integer);
  }

  private refuseArguments(operands: readonly OperandNode[], final: Final): void {
    if (operands.length > 1 || final !== undefined) {
      this.fail(`can't give argument to non-function ${nodeText(operands[0])}`);
    }
  }

  /** Evaluates `.A.B`, `$x.A.B` or `(pipeline).A.B`; only the last field may take arguments. */
  private evaluateFields(
    dot: Result,
    node: Extract<OperandNode, { kind: "field" | "variable" }> | ChainNode,
    operands: readonly OperandNode[],
    final: Final,
  ): Result {
    this.at(node);
    let receiver = dot;
    if (node.kind === "variable") {
      receiver = this.variable(node.variable);
      if (node.names.length === 0) {
        this.refuseArguments(operands.length > 0 ? operands : [node], final);
        return receiver;
      }
    } else if (node.kind === "chain") {
      this.at(node.base);
      receiver = this.evaluateOperand(dot, node.base);
    }
    const last = node.names.length - 1;
    node.names.forEach((name, index) => {
      receiver = index < last
        ? this.evaluateField(dot, name, node, [], undefined, receiver)
        : this.evaluateField(dot, name, node, operands.slice(1), final, receiver);
    });
    return receiver;
  }

  private evaluateField(
    dot: Result,
    name: string,
    node: QuotableNode,
    operands: readonly OperandNode[],
    final: Final,
    receiver: Result,
  ): Result {
    if (receiver === undefined) {
      if (this.missingKey === "error") this.fail(`nil data; no entry for key ${quote(name)}`);
      return undefined;
    }
    const typeName = receiver.type.name;
    const { value, isNil } = indirect(receiver);
    const { type } = value;
    const hasArguments = operands.length > 0 || final !== undefined;
    if (isNil) {
      const isUnknown = type.kind === "pointer" && type.element.kind === "struct" &&
        type.element.fields?.has(name) === false;
      if (!isUnknown) this.fail(`nil pointer evaluating ${typeName}.${name}`);
    } else if (type.kind === "struct") {
      const field = structField(value, name);
      if (field !== undefined) {
        const result = fieldValue(value, field);
        if (type.hasMethods) {
          const { data } = result;
          const called = typeof data === "function"
            ? method(data as Method, value.data)
            : { parameters: [], call: () => valueOf(data) };
          return this.evaluateCall(dot, called, node, name, operands, final);
        }
        if (hasArguments) this.fail(`${name} has arguments but cannot be invoked as function`);
        return result;
      }
    } else if (type.kind === "map" && type.methods !== undefined && name in type.methods) {
      const called = method(type.methods[name], value.data);
      return this.evaluateCall(dot, called, node, name, operands, final);
    } else if (type.kind === "map" && type.key === "string") {
      if (hasArguments) this.fail(`${name} is not a method but has arguments`);
      const element = mapElement(value, name);
      if (element === undefined && this.missingKey === "error") {
        this.fail(`map has no entry for key ${quote(name)}`);
      }
      return element;
    }
    this.fail(`can't evaluate field ${name} in type ${typeName}`);
  }

  private evaluateFunction(
    dot: Result,
    identifier: IdentifierNode,
    node: QuotableNode,
    operands: readonly OperandNode[],
    final: Final,
  ): Result {
    this.at(identifier);
    const { name } = identifier;
    const called = this.functions.get(name);
    if (called === undefined) this.fail(`${quote(name)} is not a defined function`);
    return this.evaluateCall(dot, called, node, name, operands.slice(1), final);
  }

  private evaluateCall(
    dot: Result,
    called: TemplateFunction,
    node: QuotableNode,
    name: string,
    operands: readonly OperandNode[],
    final: Final,
  ): Result {
    const { parameters, variadic } = called;
    const count = operands.length + (final === undefined ? 0 : 1);
    if (variadic !== undefined && count < parameters.length) {
      this.fail(
        `wrong number of args for ${name}: want at least ${parameters.length} got ${operands.length}`,
      );
    }
    if (variadic === undefined && count !== parameters.length) {
      this.fail(`wrong number of args for ${name}: want ${parameters.length} got ${count}`);
    }
    if (name === "and" || name === "or") return this.evaluateLogic(dot, name, operands, final);
    const parameterType = (index: number) => parameters[index] ?? variadic!;
    const values = operands.map((operand, index) =>
      this.evaluateArgument(dot, parameterType(index), operand)
    );
    if (final !== undefined) {
      values.push(this.convert(final.value, parameterType(operands.length)));
    }
    try {
      return called.call(values);
    } catch (error) {
      if (!(error instanceof FunctionError)) throw error;
      this.at(node);
      this.fail(`error calling ${name}: ${error.message}`);
    }
  }

  /** `and` and `or` evaluate their arguments only as far as needed. */
  private evaluateLogic(
    dot: Result,
    name: "and" | "or",
    operands: readonly OperandNode[],
    final: Final,
  ): Result {
    let value: Result;
    for (const operand of operands) {
      this.at(operand);
      value = interfaceElement(this.evaluateOperand(dot, operand));
      if (isTrue(value) === (name === "or")) return value;
    }
    return final === undefined ? value : final.value;
  }

  private evaluateArgument(dot: Result, type: GoType, node: OperandNode): Result {
    this.at(node);
    switch (node.kind) {
      case "nil":
        if (!canBeNil(type)) this.fail(`cannot assign nil to ${type.name}`);
        return type.kind === "interface" ? undefined : zeroValue(type);
      case "bool":
      case "string":
      case "number":
        return this.evaluateConstant(type, node);
      default:
        return this.convert(this.evaluateOperand(dot, node), type);
    }
  }

  private evaluateConstant(
    type: GoType,
    node: Extract<OperandNode, { kind: "bool" | "string" | "number" }>,
  ): Result {
    switch (type.kind) {
      case "interface":
        return this.evaluateOperand(undefined, node);
      case "string":
        if (node.kind !== "string") this.fail(`expected string; found ${nodeText(node)}`);
        return stringValue(node.text);
      case "int":
        if (node.kind !== "number" || node.integer === undefined) {
          this.fail(`expected integer; found ${nodeText(node)}`);
        }
        return intValue(node.integer);
      default:
        this.fail(`can't handle ${nodeText(node)} for arg of type ${type.name}`);
    }
  }

  private convert(value: Result, type: GoType): Result {
    const converted = convertArgument(value, type);
    if (typeof converted === "string") this.fail(converted);
    return converted.value;
  }

  private variable(name: string): Result {
    const variable = this.variables.findLast((candidate) => candidate.name === name);
    if (variable === undefined) this.fail(`undefined variable: ${name}`);
    return variable.value;
  }

  private setVariable(name: string, value: Result): void {
    const variable = this.variables.findLast((candidate) => candidate.name === name);
    if (variable === undefined) this.fail(`undefined variable: ${name}`);
    variable.value = value;
  }
}

type Method = (...values: string[]) => unknown;

/** A function of strings as a method of the receiver. */
function method(called: Method, receiver: unknown): TemplateFunction {
  return {
    parameters: Array(called.length).fill(stringType),
    call: (values) => valueOf(called.apply(receiver, values.map((value) => value?.data as string))),
  };
}
