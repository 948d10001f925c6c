import { checks, nul } from "../reasons.ts";
import type { CaseGroup } from "../types.ts";

export const syntax: CaseGroup = {
  name: "syntax",
  cases: [
    { what: "instructions in any case", dockerfile: "from busybox\nEnv A=1\nlAbEl a=$A\n" },
    { what: "blanks before instructions", dockerfile: "  FROM busybox\n\t LABEL a=b\n" },
    {
      what: "lines that end with CR LF",
      dockerfile: "FROM busybox\r\nENV A=1 \\\r\n  B=2\r\nRUN echo x > /x\r\n",
    },
    { what: "a byte order mark", dockerfile: "\ufeffFROM busybox\nLABEL a=b\n" },
    { what: "no newline at the end", dockerfile: "FROM busybox\nLABEL a=b" },
    { what: "a continuation at the end", dockerfile: "FROM busybox\nLABEL a=b \\\n" },
    { what: "a blank after a continuation", dockerfile: "FROM busybox\nLABEL a=b \\ \n c=d\n" },
    {
      what: "a comment within a continuation",
      dockerfile: "FROM busybox\nLABEL a=b \\\n  # no\n c=d\n",
    },
    {
      what: "a comment after an instruction is none",
      dockerfile: "FROM busybox\nLABEL a=b # c=d\n",
    },
    { what: "a number sign in a value", dockerfile: "FROM busybox\nLABEL a=#b\n" },
    {
      what: "a directive that is not known is a comment",
      dockerfile: "# bogus=x\n# escape=`\nFROM busybox\nLABEL a=b`\n c\n",
    },
    {
      what: "a directive after a comment is none",
      dockerfile: "# comment\n# escape=`\nFROM busybox\nLABEL a=b\\\nc\n",
    },
    { what: "the same directive twice", dockerfile: "# escape=`\n# escape=`\nFROM busybox\n" },
    { what: "an escape token that is none", dockerfile: "# escape=x\nFROM busybox\n" },
    { what: "an unknown instruction", dockerfile: "FROM busybox\n\nBOGUS a\n" },
    { what: "an instruction that is nearly right", dockerfile: "FROM busybox\nCOYP a /a\n" },
    {
      what: "an instruction within a continuation",
      dockerfile: "FROM busybox\nRUN echo a \\\nCMD b > /x\n",
    },
    { what: "a NUL", dockerfile: "FROM busybox\nLABEL a=b\0c\n", unlike: nul },
    {
      what: "a Dockerfile of 1 MB",
      dockerfile: `FROM busybox\n${"# comment comment comment comment\n".repeat(31000)}LABEL a=b\n`,
    },
    {
      what: "a line of 100,000 characters",
      dockerfile: `FROM busybox\nLABEL a=${"x".repeat(100_000)}\n`,
      unlike: { buildah: "has no limit" },
    },
    {
      what: "a value of 60,000 characters over lines",
      dockerfile: `FROM busybox\nLABEL a=${"x".repeat(1000) + "\\\n"}${
        ("x".repeat(1000) + "\\\n").repeat(59)
      }y\n`,
    },
    {
      what: "letters of other alphabets",
      dockerfile: "FROM busybox\nLABEL ключ=значение 钥=值\nRUN echo 你好 > /好\n",
    },
    {
      what: "another Dockerfile",
      dockerfile: "FROM nosuch\n",
      context: ["f 644 0:0 d/Other FROM busybox\nCOPY d/Other /x\n"],
      options: ["-f", "{context}/d/Other"],
    },
    {
      what: "a Dockerfile that is not there",
      dockerfile: "FROM busybox\n",
      options: ["-f", "{context}/nosuch"],
    },
    {
      what: "a Dockerfile that is a directory",
      dockerfile: "FROM busybox\n",
      context: ["d 755 0:0 d"],
      options: ["-f", "{context}/d"],
    },
    {
      what: "a .dockerignore of a Dockerfile's own",
      dockerfile: "FROM busybox\nCOPY . /x/\n",
      context: [
        "f 644 0:0 Dockerfile.dockerignore a\nDockerfile*\n.dockerignore",
        "f 644 0:0 .dockerignore b\n",
        "f 644 0:0 a A",
        "f 644 0:0 b B",
      ],
      unlike: { classic: "knows .dockerignore alone" },
    },
    {
      what: "a .dockerignore that leaves out the Dockerfile",
      dockerfile: "FROM busybox\nCOPY . /x/\n",
      context: ["f 644 0:0 .dockerignore Dockerfile\n.dockerignore\n", "f 644 0:0 a A"],
    },
    {
      what: "a syntax directive",
      dockerfile: "# syntax=docker/dockerfile:1\nFROM busybox\nLABEL a=b\n",
      unlike: { buildkit: "fetches the image that is named" },
    },
    {
      what: "a check directive that makes warnings errors",
      dockerfile: "# check=error=true\nFROM busybox\nCMD echo hi\n",
      unlike: checks,
    },
    {
      what: "a check directive that skips",
      dockerfile: "# check=skip=JSONArgsRecommended;error=true\nFROM busybox\nCMD echo hi\n",
    },
    {
      what: "an escape directive in capitals",
      dockerfile: "# ESCAPE = `\nFROM busybox\nLABEL a=b`\n  c=d\n",
    },
    {
      what: "empty lines within a continuation",
      dockerfile: "FROM busybox\nLABEL a=b \\\n\n\n  c=d\n",
    },
    {
      what: "two backslashes at the end are no continuation",
      dockerfile: "FROM busybox\nLABEL a=b\\\\\nLABEL c=d\n",
      unlike: { buildah: "takes them for one" },
    },
    { what: "tabs", dockerfile: "FROM\tbusybox\nLABEL\ta=b\tc=d\nRUN\techo\tx > /x\n" },
    { what: "an instruction alone in its line", dockerfile: "FROM busybox\nLABEL\\\n a=b\n" },
    { what: "only blanks", dockerfile: "   \n\t\n" },
  ],
};
