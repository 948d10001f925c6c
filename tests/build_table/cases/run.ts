import {
  heredocs,
  laterFlag,
  lenient,
  mountPoints,
  needsBuildKit,
  primaryGroup,
} from "../reasons.ts";
import type { CaseGroup } from "../types.ts";

export const run: CaseGroup = {
  name: "run",
  cases: [
    { what: "the shell form", dockerfile: "FROM busybox\nRUN echo \"$HOME\" 'a  b' > /x\n" },
    { what: "the exec form", dockerfile: 'FROM busybox\nRUN ["touch", "/a b"]\n' },
    {
      what: "the exec form has no variables",
      dockerfile: 'FROM busybox\nENV A=1\nRUN ["touch", "/$A"]\n',
    },
    {
      what: "the exec form with its program in PATH",
      dockerfile:
        'FROM busybox\nENV PATH=/opt:$PATH\nRUN mkdir /opt && ln -s /bin/busybox /opt/touch\nRUN ["touch", "/x"]\n',
    },
    {
      what: "a list with single quotes is for the shell",
      dockerfile: "FROM busybox\nRUN ['true'] || echo shell > /x\n",
    },
    {
      what: "continuation lines with comments and empty lines",
      dockerfile: "FROM busybox\nRUN echo a > /x && \\\n# comment\n\n  \\\n    echo b >> /x\n",
    },
    {
      what: "a change of a file of the base",
      dockerfile: "FROM busybox\nRUN echo more >> /etc/group\n",
    },
    { what: "a file of the base is removed", dockerfile: "FROM busybox\nRUN rm /bin/yes\n" },
    {
      what: "a directory of the base is removed and made again",
      dockerfile: "FROM busybox\nRUN rm -r /var && mkdir /var && touch /var/new\n",
    },
    {
      what: "a file of an earlier step is removed",
      dockerfile: "FROM busybox\nRUN mkdir /d && touch /d/a /d/b\nRUN rm /d/a\n",
    },
    {
      what: "modes and owners",
      dockerfile:
        "FROM busybox\nRUN mkdir -m 2750 /d && touch /d/f && chmod 4711 /d/f && chown -R 5:6 /d && chown root /d/f\n",
    },
    { what: "a mode alone", dockerfile: "FROM busybox\nRUN chmod 700 /home\n" },
    {
      what: "links",
      dockerfile: "FROM busybox\nRUN echo x > /a && ln /a /b && ln -s a /c && mkfifo /p\n",
    },
    {
      what: "a file becomes a directory",
      dockerfile: "FROM busybox\nRUN rm /bin/yes && mkdir /bin/yes && touch /bin/yes/no\n",
    },
    {
      what: "what is made in temporary file systems is not kept",
      dockerfile: "FROM busybox\nRUN touch /dev/x /dev/shm/x; true\n",
    },
    {
      what: "/etc/hosts and the like are not kept",
      dockerfile: "FROM busybox\nRUN cat /etc/hosts /etc/resolv.conf > /dev/null; touch /etc/new\n",
    },
    {
      what: "the environment",
      dockerfile:
        "FROM busybox\nARG A=1\nENV B=2 A2=$A\nRUN env | grep -v -e HOSTNAME -e _proxy | sort > /env\n",
    },
    {
      what: "the environment of a user",
      dockerfile: "FROM busybox\nUSER alice\nRUN env | grep HOME > /tmp/env; id > /tmp/id\n",
      unlike: primaryGroup,
    },
    {
      what: "ENV comes before ARG of the same name",
      dockerfile: "FROM busybox\nENV A=env\nARG A=arg\nRUN echo $A > /x\n",
      unlike: { buildkit: "has it the other way round" },
    },
    {
      what: "ARG without a value is not there",
      dockerfile: "FROM busybox\nARG A\nRUN echo ${A-unset} > /x\n",
    },
    { what: "the working directory", dockerfile: "FROM busybox\nWORKDIR /w\nRUN pwd > p\n" },
    {
      what: "the shell of SHELL",
      dockerfile: 'FROM busybox\nSHELL ["/bin/sh", "-exc"]\nRUN echo $- > /x\n',
    },
    { what: "the umask", dockerfile: "FROM busybox\nRUN umask > /x; touch /f; mkdir /d\n" },
    { what: "standard input is empty", dockerfile: "FROM busybox\nRUN cat > /x\n" },
    {
      what: "no process is left to the next step",
      dockerfile: "FROM busybox\nRUN sleep 1000 & echo $$ > /x\nRUN true\n",
    },
    {
      what: "capabilities and privileges",
      dockerfile:
        "FROM busybox\nRUN grep -e CapEff -e NoNewPrivs -e Seccomp: /proc/self/status > /x\n",
    },
    { what: "a command that fails", dockerfile: "FROM busybox\nRUN exit 3\n" },
    { what: "a command that is killed", dockerfile: "FROM busybox\nRUN kill -9 $$\n" },
    { what: "a program that is not there", dockerfile: 'FROM busybox\nRUN ["/nosuch"]\n' },
    { what: "a program that is not executable", dockerfile: 'FROM busybox\nRUN ["/etc/passwd"]\n' },
    { what: "a user that is not there", dockerfile: "FROM busybox\nUSER nosuch\nRUN true\n" },
    {
      what: "nothing",
      dockerfile: "FROM busybox\nRUN\n",
      unlike: { buildkit: "runs the shell with nothing" },
    },
    {
      what: "an empty list",
      dockerfile: "FROM busybox\nRUN []\n",
      unlike: { classic: "runs the base's command then" },
    },
    { what: "an unknown flag", dockerfile: "FROM busybox\nRUN --bogus=1 true\n" },
    {
      what: "--mount=type=tmpfs",
      dockerfile: "FROM busybox\nRUN --mount=type=tmpfs,target=/t touch /t/x && ls /t > /x\n",
      unlike: mountPoints,
    },
    {
      what: "--mount=type=bind",
      dockerfile: "FROM busybox\nRUN --mount=target=/c cat /c/a > /x\n",
      context: ["f 644 0:0 a A"],
      unlike: mountPoints,
    },
    {
      what: "--mount=type=bind from a stage",
      dockerfile:
        "FROM busybox AS s\nRUN echo S > /s\nFROM busybox\nRUN --mount=from=s,source=/s,target=/m cat /m > /x\n",
      unlike: needsBuildKit,
    },
    {
      what: "--mount=type=cache",
      dockerfile:
        "FROM busybox\nRUN --mount=type=cache,target=/c touch /c/a\nRUN --mount=type=cache,target=/c ls /c > /x\n",
      unlike: mountPoints,
    },
    {
      what: "--mount of a kind that is none",
      dockerfile: "FROM busybox\nRUN --mount=type=bogus,target=/c true\n",
    },
    {
      what: "--network=none",
      dockerfile: "FROM busybox\nRUN --network=none ls /sys/class/net > /x\n",
      unlike: laterFlag,
    },
    {
      what: "a heredoc",
      dockerfile: "FROM busybox\nRUN <<EOF\necho a > /x\necho b >> /x\nEOF\n",
      unlike: heredocs,
    },
    {
      what: "a heredoc for a program",
      dockerfile: "FROM busybox\nRUN cat <<A > /x; cat <<'B' > /y\n$HOME\nA\n$HOME\nB\n",
      unlike: heredocs,
    },
    {
      what: "a heredoc with an interpreter",
      dockerfile: "FROM busybox\nRUN <<EOF\n#!/bin/sh -u\necho $# > /x\nEOF\n",
      unlike: heredocs,
    },
    { what: "a heredoc that does not end", dockerfile: "FROM busybox\nRUN <<EOF\necho a\n" },
    {
      what: "a heredoc without tabs",
      dockerfile: "FROM busybox\nRUN <<-EOF\n\techo a > /x\n\t\techo b >> /x\n\tEOF\n",
      unlike: heredocs,
    },
    {
      what: "a process of it that is killed",
      dockerfile: "FROM busybox\nRUN sh -c 'kill -9 $$'; exit $?\n",
    },
    {
      what: "a command of a list that fails",
      dockerfile: 'FROM busybox\nRUN ["sh", "-c", "exit 300"]\n',
    },
    { what: "a failure within a pipe", dockerfile: "FROM busybox\nRUN false | true\n" },
    {
      what: "times do not make a layer",
      dockerfile: "FROM busybox\nRUN cat /etc/passwd > /dev/null\n",
    },
    {
      what: "a file that is made and removed",
      dockerfile: "FROM busybox\nRUN touch /x && rm /x\n",
    },
    {
      what: "a directory of the base is replaced by a link",
      dockerfile: "FROM busybox\nRUN rmdir /home && ln -s /tmp /home\nRUN touch /home/x\n",
    },
    {
      what: "a directory is moved",
      dockerfile: "FROM busybox\nRUN mkdir /a && touch /a/f\nRUN mv /a /b\n",
    },
    {
      what: "a file of the base is moved",
      dockerfile: "FROM busybox\nRUN mv /etc/group /etc/moved\n",
    },
    {
      what: "a name that begins with .wh.",
      dockerfile: "FROM busybox\nRUN touch /.wh.x /wh.x\n",
      unlike: {
        classic: "loses it: in archives the name says that another is gone",
        buildah: "loses it as well",
      },
    },
    {
      what: "names that are no text",
      dockerfile: "FROM busybox\nRUN touch \"/$(printf 'a\\nb')\"\n",
    },
    {
      what: "the host's name",
      dockerfile: "FROM busybox\nRUN hostname > /dev/null && cat /etc/hostname > /dev/null\n",
      unlike: { buildkit: "has no /etc/hostname" },
    },
    {
      what: "limits of /dev/shm",
      dockerfile: "FROM busybox\nRUN df -k /dev/shm | tail -n 1 | awk '{ print $2 }' > /x\n",
    },
    {
      what: "--mount=type=secret that is not there",
      dockerfile:
        "FROM busybox\nRUN --mount=type=secret,id=s ls /run/secrets 2> /dev/null; echo $? > /x\n",
      unlike: needsBuildKit,
    },
    {
      what: "--mount=type=secret that must be there",
      dockerfile: "FROM busybox\nRUN --mount=type=secret,id=s,required=true true\n",
    },
    {
      what: "--mount=type=bind is not written to",
      dockerfile: "FROM busybox\nRUN --mount=target=/c touch /c/x\n",
    },
    {
      what: "--mount=type=bind,rw forgets",
      dockerfile:
        "FROM busybox\nRUN --mount=target=/c,rw echo x > /c/a && cat /c/a > /x\nRUN --mount=target=/c cat /c/a > /y\n",
      context: ["f 644 0:0 a A"],
      unlike: { ...mountPoints, buildah: "writes into the context itself" },
    },
    {
      what: "--mount=type=bind of what is not there",
      dockerfile: "FROM busybox\nRUN --mount=source=nosuch,target=/c true\n",
      unlike: lenient,
    },
    { what: "--mount without a target", dockerfile: "FROM busybox\nRUN --mount=type=tmpfs true\n" },
    {
      what: "--mount to the root",
      dockerfile: "FROM busybox\nRUN --mount=type=tmpfs,target=/ true\n",
    },
    { what: "--security=insecure", dockerfile: "FROM busybox\nRUN --security=insecure true\n" },
  ],
};
