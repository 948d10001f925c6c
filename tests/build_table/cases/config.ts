import {
  lenient,
  modifiers,
  primaryGroup,
  rawPorts,
  shellOfCommands,
  volumesAreMade,
  workdirIsRoots,
} from "../reasons.ts";
import type { CaseGroup } from "../types.ts";

export const command: CaseGroup = {
  name: "command",
  cases: [
    { what: "CMD in the shell form", dockerfile: "FROM busybox\nCMD echo $HOME  'a  b'\n" },
    {
      what: "CMD in the exec form",
      dockerfile: 'FROM busybox\nCMD ["echo", "a b", "\\u00e9\\n"]\n',
    },
    {
      what: "CMD of nothing",
      dockerfile: "FROM busybox\nCMD\n",
      unlike: { buildkit: "has an empty word after the shell" },
    },
    { what: "CMD of an empty list", dockerfile: "FROM busybox\nCMD []\n" },
    { what: "CMD: the last one counts", dockerfile: 'FROM busybox\nCMD ["a"]\nCMD ["b"]\n' },
    { what: "CMD of what is nearly a list", dockerfile: "FROM busybox\nCMD [\"a\", 'b']\n" },
    { what: "CMD of numbers", dockerfile: "FROM busybox\nCMD [1, 2]\n" },
    {
      what: "CMD with an unknown flag",
      dockerfile: "FROM busybox\nCMD --bogus echo\n",
      unlike: { buildah: "takes it for the command" },
    },
    { what: "CMD has no variables", dockerfile: 'FROM busybox\nENV A=1\nCMD ["echo", "$A"]\n' },
    {
      what: "CMD in another shell",
      dockerfile: 'FROM busybox\nSHELL ["/bin/ash", "-c"]\nCMD echo a\n',
      unlike: shellOfCommands,
    },
    {
      what: "ENTRYPOINT takes away the base's CMD",
      dockerfile: 'FROM busybox\nENTRYPOINT ["echo"]\n',
    },
    {
      what: "ENTRYPOINT leaves the Dockerfile's own CMD",
      dockerfile: 'FROM busybox\nCMD ["a"]\nENTRYPOINT ["echo"]\n',
    },
    { what: "ENTRYPOINT in the shell form", dockerfile: "FROM busybox\nENTRYPOINT exec top -b\n" },
    { what: "ENTRYPOINT of an empty list", dockerfile: "FROM busybox\nENTRYPOINT []\n" },
    {
      what: "ENTRYPOINT of nothing",
      dockerfile: "FROM busybox\nENTRYPOINT\n",
      unlike: { buildkit: "has an empty word after the shell" },
    },
    {
      what: "ENTRYPOINT in a stage takes away the CMD of the stage before",
      dockerfile: 'FROM busybox AS a\nCMD ["a"]\nFROM a\nENTRYPOINT ["echo"]\n',
      unlike: { classic: "keeps the command of a stage, though not of an image" },
    },
    {
      what: "ENTRYPOINT of a parent is emptied",
      dockerfile: "FROM parent\nENTRYPOINT []\n",
      parent: 'FROM busybox\nENTRYPOINT ["a"]\nCMD ["b"]\n',
    },
    {
      what: "CMD of a parent with an entrypoint",
      dockerfile: 'FROM parent\nCMD ["c"]\n',
      parent: 'FROM busybox\nENTRYPOINT ["a"]\nCMD ["b"]\n',
    },
    {
      what: "SHELL",
      dockerfile:
        'FROM busybox\nSHELL ["/bin/sh", "-e", "-c"]\nENTRYPOINT a\nCMD b\nHEALTHCHECK CMD c\n',
      unlike: shellOfCommands,
    },
    { what: "SHELL not as a list", dockerfile: "FROM busybox\nSHELL /bin/sh -c\n" },
    { what: "SHELL of nothing", dockerfile: "FROM busybox\nSHELL []\n" },
    {
      what: "SHELL of a parent",
      dockerfile: "FROM parent\nRUN echo $- > /x\nCMD a\n",
      parent: 'FROM busybox\nSHELL ["/bin/sh", "-exc"]\n',
      unlike: shellOfCommands,
    },
    {
      what: "SHELL of a stage",
      dockerfile: 'FROM busybox AS a\nSHELL ["/bin/ash", "-c"]\nFROM a\nCMD a\n',
      unlike: shellOfCommands,
    },
  ],
};

export const environment: CaseGroup = {
  name: "environment",
  cases: [
    { what: "ENV with one value", dockerfile: "FROM busybox\nENV A=1\n" },
    {
      what: "ENV with several values",
      dockerfile: 'FROM busybox\nENV A=1 B="two words" C=three\\ words D=\'four "words"\'\n',
    },
    { what: "ENV in the old form", dockerfile: 'FROM busybox\nENV A  one  two="three"\n' },
    { what: "ENV in the old form with a quote", dockerfile: "FROM busybox\nENV A it's\n" },
    {
      what: "ENV over several lines",
      dockerfile: "FROM busybox\nENV A=1 \\\n    B=2 \\\n    C=3\n",
    },
    {
      what: "ENV with values of its own line are those of before",
      dockerfile: "FROM busybox\nENV a=hello\nENV a=bye b=$a\nENV c=$a\n",
    },
    {
      what: "ENV: a name that is there keeps its place",
      dockerfile: "FROM busybox\nENV A=1 B=2\nENV A=3\n",
    },
    { what: "ENV with an empty value", dockerfile: 'FROM busybox\nENV A= B=""\n' },
    { what: "ENV with a variable as name", dockerfile: "FROM busybox\nENV N=NAME\nENV $N=value\n" },
    { what: "ENV with an equals sign in the value", dockerfile: "FROM busybox\nENV A=b=c\n" },
    { what: "ENV of PATH", dockerfile: "FROM busybox\nENV PATH=/opt/bin:$PATH\n" },
    { what: "ENV with a name that is not of letters", dockerfile: "FROM busybox\nENV a.b-c=1\n" },
    { what: "ENV without a value", dockerfile: "FROM busybox\nENV A\n" },
    { what: "ENV of nothing", dockerfile: "FROM busybox\nENV\n" },
    { what: "ENV without a name", dockerfile: "FROM busybox\nENV =1\n", unlike: lenient },
    { what: "ENV of words with and without values", dockerfile: "FROM busybox\nENV A=1 B\n" },
    { what: "ENV with a quote that does not end", dockerfile: 'FROM busybox\nENV A="1\n' },
    {
      what: "an escaped dollar sign",
      dockerfile: "FROM busybox\nENV A=\\$HOME B='$HOME' C=\"\\$HOME\" D=\\\\\n",
      unlike: { buildah: "drops an escaped backslash at the end" },
    },
    {
      what: "modifiers",
      dockerfile:
        "FROM busybox\nENV E= S=set\nENV A=${N:-d} B=${E:-d} C=${S:-d} D=${N:+a} F=${E:+a} G=${S:+a}\n",
    },
    {
      what: "modifiers without a colon",
      dockerfile: "FROM busybox\nENV E= S=set\nENV A=${N-d} B=${E-d} D=${N+a} F=${E+a} G=${S+a}\n",
      unlike: modifiers,
    },
    {
      what: "modifiers in each other",
      dockerfile: "FROM busybox\nENV S=set\nENV A=${N:-${M:-$S}} B=${S:+${N-x}y}\n",
      unlike: modifiers,
    },
    { what: "a value that must be there", dockerfile: "FROM busybox\nENV A=${N:?is needed}\n" },
    {
      what: "prefixes and suffixes",
      dockerfile:
        "FROM busybox\nENV P=/a/b.tar.gz\nENV A=${P#*/} B=${P##*/} C=${P%.*} D=${P%%.*}\n",
      unlike: modifiers,
    },
    {
      what: "replacements",
      dockerfile: "FROM busybox\nENV P=a-b-c\nENV A=${P/-/+} B=${P//-/+} C=${P//[x]/}\n",
      unlike: modifiers,
    },
    { what: "a modifier that is none", dockerfile: "FROM busybox\nENV A=${B!x}\n" },
    { what: "a brace that is not closed", dockerfile: "FROM busybox\nENV A=${B\n" },
    {
      what: "names run as far as they can",
      dockerfile: "FROM busybox\nENV A=1\nENV B=$A_x C=${A}_x D=$A-x E=$1 F=$\n",
    },
    {
      what: "another escape token",
      dockerfile: "# escape=`\nFROM busybox\nENV A=a`\n  B=C:\\x D=`$A\n",
      unlike: { buildah: "also takes the backslash for an escape" },
    },
    { what: "ARG with a value", dockerfile: "FROM busybox\nARG A=1\nLABEL a=$A\n" },
    {
      what: "ARG that is given",
      dockerfile: "FROM busybox\nARG A=1\nLABEL a=$A\n",
      options: ["--build-arg", "A=2"],
    },
    {
      what: "ARG that is given as nothing",
      dockerfile: "FROM busybox\nARG A=1\nLABEL a=x$A\n",
      options: ["--build-arg", "A="],
    },
    {
      what: "ARG before it is declared",
      dockerfile: "FROM busybox\nLABEL a=$A\nARG A\nLABEL b=$A\n",
      options: ["--build-arg", "A=2"],
    },
    { what: "ARG of another ARG", dockerfile: "FROM busybox\nARG A=1\nARG B=${A}2\nLABEL b=$B\n" },
    { what: "ARG several in a line", dockerfile: "FROM busybox\nARG A=1 B=2\nLABEL a=$A b=$B\n" },
    {
      what: "ARG with quotes",
      dockerfile: "FROM busybox\nARG A=\"one two\"\nARG B='three four'\nLABEL a=$A b=$B\n",
    },
    { what: "ARG is not in the image", dockerfile: 'FROM busybox\nARG A=1\nENV B=$A\nCMD ["x"]\n' },
    {
      what: "ARG that nothing declares",
      dockerfile: "FROM busybox\nLABEL a=b\n",
      options: ["--build-arg", "NOSUCH=1"],
    },
    { what: "ARG of nothing", dockerfile: "FROM busybox\nARG\n" },
    { what: "ARG without a name", dockerfile: "FROM busybox\nARG =1\n", unlike: lenient },
    {
      what: "ARG given twice: the last counts",
      dockerfile: "FROM busybox\nARG A\nLABEL a=$A\n",
      options: ["--build-arg", "A=1", "--build-arg", "A=2"],
    },
    {
      what: "a proxy needs no ARG",
      dockerfile: "FROM busybox\nRUN echo $HTTP_PROXY > /x\n",
      options: ["--build-arg", "HTTP_PROXY=http://127.0.0.1:1"],
    },
    {
      what: "a proxy is in no label unless it is declared",
      dockerfile: "FROM busybox\nLABEL a=$HTTP_PROXY\n",
      options: ["--build-arg", "HTTP_PROXY=http://127.0.0.1:1"],
      unlike: {
        classic: "has proxies as variables everywhere",
        buildah: "has proxies as variables everywhere",
      },
    },
    {
      what: "the platform's arguments",
      dockerfile:
        "FROM busybox\nARG TARGETOS\nARG TARGETARCH\nARG TARGETPLATFORM\nLABEL p=$TARGETPLATFORM o=$TARGETOS a=$TARGETARCH\n",
      unlike: { classic: "has none of them" },
    },
    {
      what: "the platform's arguments are not there without ARG",
      dockerfile: "FROM busybox\nLABEL p=x$TARGETPLATFORM\n",
    },
  ],
};

export const metadata: CaseGroup = {
  name: "metadata",
  cases: [
    { what: "LABEL", dockerfile: 'FROM busybox\nLABEL a=1 "b c"="2 3" d=\'4\\\n5\'\n' },
    { what: "LABEL in the old form", dockerfile: "FROM busybox\nLABEL a one two\n" },
    {
      what: "LABEL with variables",
      dockerfile: "FROM busybox\nENV V=1\nLABEL a=$V b='$V' c=\"$V\" k$V=x\n",
    },
    { what: "LABEL again", dockerfile: "FROM busybox\nLABEL a=1 b=2\nLABEL a=3\n" },
    {
      what: "LABEL of a parent",
      dockerfile: "FROM parent\nLABEL b=3\n",
      parent: "FROM busybox\nLABEL a=1 b=2\n",
    },
    {
      what: "LABEL and --label",
      dockerfile: "FROM busybox\nLABEL a=1\n",
      options: ["--label", "a=2", "--label", "b=3"],
    },
    { what: "LABEL of nothing", dockerfile: "FROM busybox\nLABEL\n" },
    { what: "LABEL without a name", dockerfile: "FROM busybox\nLABEL =1\n", unlike: lenient },
    { what: "LABEL without a value", dockerfile: "FROM busybox\nLABEL a\n" },
    { what: "EXPOSE", dockerfile: "FROM busybox\nEXPOSE 80 53/udp 443/TCP\n", unlike: rawPorts },
    {
      what: "EXPOSE of a range",
      dockerfile: "FROM busybox\nEXPOSE 8000-8002/udp\n",
      unlike: rawPorts,
    },
    {
      what: "EXPOSE of a variable",
      dockerfile: "FROM busybox\nENV P=80\nARG Q=81/udp\nEXPOSE $P $Q\n",
    },
    {
      what: "EXPOSE of a variable with several",
      dockerfile: 'FROM busybox\nENV P="80 81"\nEXPOSE $P\n',
    },
    { what: "EXPOSE again", dockerfile: "FROM busybox\nEXPOSE 80\nEXPOSE 80/tcp 81\n" },
    { what: "EXPOSE of no number", dockerfile: "FROM busybox\nEXPOSE http\n", unlike: rawPorts },
    {
      what: "EXPOSE of a number that is too large",
      dockerfile: "FROM busybox\nEXPOSE 70000\n",
      unlike: rawPorts,
    },
    {
      what: "EXPOSE of a protocol that is none",
      dockerfile: "FROM busybox\nEXPOSE 80/bogus\n",
      unlike: rawPorts,
    },
    {
      what: "EXPOSE of a host's port",
      dockerfile: "FROM busybox\nEXPOSE 8080:80\n",
      unlike: rawPorts,
    },
    { what: "EXPOSE of nothing", dockerfile: "FROM busybox\nEXPOSE\n" },
    { what: "VOLUME", dockerfile: "FROM busybox\nVOLUME /a /b\n", unlike: volumesAreMade },
    {
      what: "VOLUME as a list",
      dockerfile: 'FROM busybox\nVOLUME ["/a b", "/c"]\n',
      unlike: volumesAreMade,
    },
    {
      what: "VOLUME of a variable",
      dockerfile: "FROM busybox\nENV V=/data\nVOLUME $V ${V}2\n",
      unlike: volumesAreMade,
    },
    {
      what: "VOLUME that is not absolute",
      dockerfile: "FROM busybox\nWORKDIR /w\nVOLUME data\n",
      unlike: volumesAreMade,
    },
    {
      what: "VOLUME keeps what RUN writes there before",
      dockerfile: "FROM busybox\nRUN mkdir /v && echo a > /v/a\nVOLUME /v\n",
    },
    {
      what: "VOLUME and what RUN writes there after it",
      dockerfile: "FROM busybox\nRUN mkdir /v\nVOLUME /v\nRUN echo a > /v/a\n",
      unlike: {
        classic: "throws away what RUN writes into volumes",
        buildah: "throws away what RUN writes into volumes",
      },
    },
    {
      what: "VOLUME and what COPY puts there after it",
      dockerfile: "FROM busybox\nVOLUME /v\nCOPY a /v/\n",
      context: ["f 644 0:0 a A"],
    },
    { what: "VOLUME of nothing", dockerfile: "FROM busybox\nVOLUME\n" },
    { what: "VOLUME of a variable that is empty", dockerfile: "FROM busybox\nVOLUME $NOSUCH\n" },
    { what: "VOLUME of an empty name", dockerfile: 'FROM busybox\nVOLUME [""]\n' },
    {
      what: "USER by name",
      dockerfile: "FROM busybox\nUSER alice\nRUN id > /tmp/id\n",
      unlike: primaryGroup,
    },
    {
      what: "USER with a group",
      dockerfile: "FROM busybox\nUSER alice:audio\nRUN id > /tmp/id\n",
      unlike: primaryGroup,
    },
    {
      what: "USER by number",
      dockerfile: "FROM busybox\nUSER 7:8\nRUN id > /tmp/id; echo $HOME > /tmp/home\n",
      unlike: primaryGroup,
    },
    { what: "USER of a variable", dockerfile: "FROM busybox\nARG U=bob\nUSER $U\n" },
    {
      what: "USER does not count for COPY",
      dockerfile: "FROM busybox\nUSER alice\nCOPY a /a\nWORKDIR /w\n",
      context: ["f 644 5:5 a A"],
      unlike: workdirIsRoots,
    },
    {
      what: "USER of a parent",
      dockerfile: "FROM parent\nRUN id -un > /tmp/u\n",
      parent: "FROM busybox\nUSER alice\n",
    },
    { what: "USER of nothing", dockerfile: "FROM busybox\nUSER\n" },
    { what: "USER of two words", dockerfile: "FROM busybox\nUSER alice bob\n" },
    { what: "WORKDIR is made", dockerfile: "FROM busybox\nWORKDIR /a/b\nWORKDIR c\n" },
    { what: "WORKDIR that is there", dockerfile: "FROM busybox\nWORKDIR /tmp\n" },
    { what: "WORKDIR of a variable", dockerfile: "FROM busybox\nENV D=/x/y\nWORKDIR $D/z\n" },
    {
      what: "WORKDIR with dots and slashes",
      dockerfile: "FROM busybox\nWORKDIR /a//b/../c/\nWORKDIR ../d\n",
    },
    { what: "WORKDIR of a blank", dockerfile: "FROM busybox\nWORKDIR /a b\n" },
    { what: "WORKDIR in quotes", dockerfile: 'FROM busybox\nWORKDIR "/a b"\n' },
    {
      what: "WORKDIR on scratch",
      dockerfile: "FROM scratch\nWORKDIR /a/b\nCOPY a .\n",
      context: ["f 644 0:0 a A"],
    },
    {
      what: "WORKDIR through a symbolic link",
      dockerfile:
        "FROM busybox\nRUN mkdir /real && ln -s real /link\nWORKDIR /link/w\nRUN touch f\n",
    },
    {
      what: "WORKDIR that is not absolute at first",
      dockerfile: "FROM busybox\nWORKDIR a\nRUN pwd > p\n",
    },
    {
      what: "WORKDIR upon a file",
      dockerfile: "FROM busybox\nWORKDIR /etc/passwd\n",
      unlike: lenient,
    },
    { what: "WORKDIR of nothing", dockerfile: "FROM busybox\nWORKDIR\n" },
    {
      what: "WORKDIR of an empty variable",
      dockerfile: "FROM busybox\nWORKDIR $NOSUCH\n",
      unlike: { buildkit: "stays where it was", buildah: "stays where it was" },
    },
    { what: "STOPSIGNAL by name", dockerfile: "FROM busybox\nSTOPSIGNAL SIGQUIT\n" },
    { what: "STOPSIGNAL by number", dockerfile: "FROM busybox\nSTOPSIGNAL 9\n" },
    { what: "STOPSIGNAL without SIG", dockerfile: "FROM busybox\nSTOPSIGNAL usr1\n" },
    { what: "STOPSIGNAL of a variable", dockerfile: "FROM busybox\nARG S=SIGINT\nSTOPSIGNAL $S\n" },
    { what: "STOPSIGNAL that is none", dockerfile: "FROM busybox\nSTOPSIGNAL SIGBOGUS\n" },
    { what: "STOPSIGNAL of nothing", dockerfile: "FROM busybox\nSTOPSIGNAL\n" },
    {
      what: "HEALTHCHECK",
      dockerfile:
        "FROM busybox\nHEALTHCHECK --interval=5s --timeout=1m30s --start-period=500ms --retries=4 CMD wget -q localhost || exit 1\n",
    },
    {
      what: "HEALTHCHECK as a list",
      dockerfile: 'FROM busybox\nHEALTHCHECK CMD ["true", "a b"]\n',
    },
    {
      what: "HEALTHCHECK NONE",
      dockerfile: "FROM parent\nHEALTHCHECK NONE\n",
      parent: "FROM busybox\nHEALTHCHECK CMD true\n",
    },
    {
      what: "HEALTHCHECK of a parent",
      dockerfile: "FROM parent\nLABEL a=b\n",
      parent: "FROM busybox\nHEALTHCHECK --retries=3 CMD true\n",
    },
    { what: "HEALTHCHECK of nothing", dockerfile: "FROM busybox\nHEALTHCHECK\n" },
    { what: "HEALTHCHECK CMD of nothing", dockerfile: "FROM busybox\nHEALTHCHECK CMD\n" },
    { what: "HEALTHCHECK of something else", dockerfile: "FROM busybox\nHEALTHCHECK RUN true\n" },
    { what: "HEALTHCHECK NONE with more", dockerfile: "FROM busybox\nHEALTHCHECK NONE true\n" },
    {
      what: "HEALTHCHECK with an interval that is too short",
      dockerfile: "FROM busybox\nHEALTHCHECK --interval=1us CMD true\n",
      unlike: lenient,
    },
    {
      what: "HEALTHCHECK with an interval that is none",
      dockerfile: "FROM busybox\nHEALTHCHECK --interval=5 CMD true\n",
    },
    {
      what: "HEALTHCHECK with no retries",
      dockerfile: "FROM busybox\nHEALTHCHECK --retries=-1 CMD true\n",
    },
    {
      what: "HEALTHCHECK with an unknown flag",
      dockerfile: "FROM busybox\nHEALTHCHECK --bogus=1 CMD true\n",
    },
    { what: "MAINTAINER", dockerfile: "FROM busybox\nMAINTAINER A. Body <a@example.org>\n" },
    { what: "MAINTAINER of nothing", dockerfile: "FROM busybox\nMAINTAINER\n" },
    {
      what: "ONBUILD is kept",
      dockerfile: "FROM busybox\nONBUILD RUN  echo  a\nonbuild copy . /x\n",
    },
    {
      what: "ONBUILD is carried out",
      dockerfile: "FROM parent\nRUN echo child >> /x\n",
      parent: "FROM busybox\nONBUILD ENV A=1\nONBUILD RUN echo parent $A > /x\nONBUILD COPY a /a\n",
      context: ["f 644 0:0 a A"],
    },
    {
      what: "ONBUILD is not handed on",
      dockerfile: "FROM parent AS a\nFROM a\nRUN echo child >> /x\n",
      parent: "FROM busybox\nONBUILD RUN echo parent >> /x\n",
    },
    {
      what: "ONBUILD of an earlier stage",
      dockerfile: "FROM busybox AS a\nONBUILD RUN echo a >> /x\nFROM a\nRUN echo b >> /x\n",
    },
    { what: "ONBUILD of ONBUILD", dockerfile: "FROM busybox\nONBUILD ONBUILD RUN true\n" },
    { what: "ONBUILD of FROM", dockerfile: "FROM busybox\nONBUILD FROM scratch\n" },
    { what: "ONBUILD of MAINTAINER", dockerfile: "FROM busybox\nONBUILD MAINTAINER me\n" },
    { what: "ONBUILD of nothing", dockerfile: "FROM busybox\nONBUILD\n" },
    { what: "ONBUILD of what is no instruction", dockerfile: "FROM busybox\nONBUILD BOGUS x\n" },
  ],
};
