import { lenient, sharedArguments, workdirIsRoots } from "../reasons.ts";
import type { CaseGroup } from "../types.ts";

export const from: CaseGroup = {
  name: "from",
  cases: [
    { what: "an image as it is", dockerfile: "FROM busybox\n" },
    { what: "with a tag", dockerfile: "FROM busybox:latest\nLABEL a=b\n" },
    { what: "scratch", dockerfile: "FROM scratch\nCOPY a /a\n", context: ["f 644 0:0 a A"] },
    { what: "scratch without a layer", dockerfile: "FROM scratch\nLABEL a=b\n" },
    {
      what: "scratch alone",
      dockerfile: "FROM scratch\n",
      unlike: { classic: "makes no image of nothing" },
    },
    { what: "ARG before FROM", dockerfile: "ARG BASE=busybox\nFROM $BASE\nLABEL a=$BASE\n" },
    {
      what: "ARG before FROM is taken over by ARG",
      dockerfile: "ARG V=1\nFROM busybox\nARG V\nLABEL v=$V\n",
    },
    {
      what: "ARG before FROM with a modifier",
      dockerfile: "ARG TAG\nFROM busybox:${TAG:-latest}\nLABEL a=b\n",
    },
    {
      what: "ARG before FROM given",
      dockerfile: "ARG BASE=nosuch\nFROM ${BASE}\n",
      options: ["--build-arg", "BASE=busybox"],
    },
    {
      what: "an earlier stage",
      dockerfile:
        'FROM busybox AS one\nENV A=1\nWORKDIR /one\nCMD ["one"]\nFROM one\nENV B=$A\nRUN pwd > /where\n',
    },
    {
      what: "names of stages have no case",
      dockerfile: "from busybox as Build\nRUN echo x > /x\nFROM scratch\nCOPY --from=bUILD /x /x\n",
      unlike: { buildah: "takes the case of a stage's name seriously" },
    },
    {
      what: "a name for two stages: the later one counts",
      dockerfile:
        "FROM busybox AS a\nRUN echo 1 > /x\nFROM busybox AS a\nRUN echo 2 > /x\nFROM scratch\nCOPY --from=a /x /x\n",
      unlike: { classic: "refuses a name for two stages" },
    },
    {
      what: "a stage is no other one's environment",
      dockerfile: "FROM busybox AS one\nARG A=1\nENV B=2\nFROM busybox\nARG A\nLABEL a=$A b=$B\n",
    },
    {
      what: "ARG of a stage holds in stages made from it",
      dockerfile: "FROM busybox AS one\nARG A=1\nFROM one\nLABEL a=$A\n",
      unlike: sharedArguments,
    },
    {
      what: "--target by name",
      dockerfile: "FROM busybox AS one\nLABEL a=1\nFROM one AS two\nLABEL a=2\n",
      options: ["--target", "one"],
    },
    {
      what: "--target by number",
      dockerfile: "FROM busybox\nLABEL a=1\nFROM busybox\nLABEL a=2\n",
      options: ["--target", "0"],
      unlike: { classic: "knows targets by their names", buildkit: "knows targets by their names" },
    },
    {
      what: "--target that is not there",
      dockerfile: "FROM busybox AS one\nLABEL a=1\n",
      options: ["--target", "two"],
    },
    {
      what: "--platform in a FROM",
      dockerfile: "FROM --platform=$BUILDPLATFORM busybox\nLABEL a=b\n",
      unlike: { classic: "has no BUILDPLATFORM" },
    },
    { what: "no argument", dockerfile: "FROM\n" },
    { what: "two arguments", dockerfile: "FROM busybox AS\n" },
    { what: "something else than AS", dockerfile: "FROM busybox IS x\n" },
    {
      what: "a stage's name that begins with a digit",
      dockerfile: "FROM busybox AS 1st\n",
      unlike: lenient,
    },
    { what: "a stage's name with a blank", dockerfile: "FROM busybox AS a b\n" },
    { what: "an unknown flag", dockerfile: "FROM --bogus=1 busybox\n" },
    { what: "a name that is none", dockerfile: "FROM BUSYBOX\n" },
    { what: "a name that is empty", dockerfile: "ARG X\nFROM $X\n" },
    { what: "a stage of itself", dockerfile: "FROM busybox AS one\nCOPY --from=one /bin/sh /x\n" },
    {
      what: "stages of each other",
      dockerfile:
        "FROM busybox AS one\nCOPY --from=two /bin/sh /x\nFROM busybox AS two\nCOPY --from=one /bin/sh /y\n",
    },
    {
      what: "a stage that comes later",
      dockerfile:
        "FROM busybox AS one\nCOPY --from=two /bin/sh /x\nFROM busybox AS two\nFROM one\n",
      unlike: { buildkit: "builds stages in any order" },
    },
    {
      what: "a stage whose number is its own",
      dockerfile: "FROM busybox\nCOPY --from=0 /bin/sh /x\n",
    },
    {
      what: "a stage whose number is too large",
      dockerfile: "FROM busybox\nCOPY --from=7 /bin/sh /x\n",
    },
    { what: "an instruction before FROM", dockerfile: "RUN true\nFROM busybox\n", unlike: lenient },
    {
      what: "only ARG",
      dockerfile: "ARG A=1\n",
      without: { classic: "its daemon ends", buildkit: "its daemon ends" },
    },
    { what: "nothing but comments", dockerfile: "# nothing\n\n" },
    { what: "an empty file", dockerfile: "" },
    { what: "RUN on scratch", dockerfile: "FROM scratch\nRUN true\n" },
    {
      what: "a stage on scratch for another one",
      dockerfile: "FROM scratch AS s\nCOPY a /d/a\nFROM busybox\nCOPY --from=s / /x/\n",
      context: ["f 644 0:0 a A"],
    },
    {
      what: "stages that nothing needs are not built",
      dockerfile: "FROM busybox AS broken\nRUN false\nFROM busybox\nLABEL a=b\n",
      unlike: { classic: "builds all stages up to the target" },
    },
    {
      what: "a stage in between",
      dockerfile:
        "FROM busybox AS a\nENV A=a\nUSER alice\nWORKDIR /a\nEXPOSE 1\nFROM a AS b\nENV B=b$A\nFROM b\nVOLUME /v\nLABEL u=$B\n",
      unlike: workdirIsRoots,
    },
    {
      what: "--from an image that is also a stage's base",
      dockerfile:
        "FROM busybox AS b\nRUN echo stage > /etc/group\nFROM scratch\nCOPY --from=busybox /etc/group /image\nCOPY --from=b /etc/group /stage\n",
    },
  ],
};
