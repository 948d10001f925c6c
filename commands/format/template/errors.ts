/** The template's text is wrong. The message is Go's, such as `template: :1: unclosed action`. */
export class TemplateParseError extends Error {
  override readonly name = "TemplateParseError";
}

/** The template failed on its data. The message is Go's, with the place in the template. */
export class TemplateExecutionError extends Error {
  override readonly name = "TemplateExecutionError";
  /** What the template had written before it failed; docker prints it in some commands. */
  readonly output: string;

  constructor(message: string, output: string) {
    super(message);
    this.output = output;
  }
}
