/** The programs that a small image consists of, by name. */

/** Where they are looked for. Not in /usr/local: what is there is not the host's own. */
export const programDirectories = ["/usr/bin", "/bin", "/usr/sbin", "/sbin"];

export const shells = ["sh", "bash", "dash", "ash"];

/** The utilities of POSIX that scripts rely on, and what else one looks for first in a container. */
export const utilities = [
  ...["[", "awk", "base64", "basename", "cat", "chgrp", "chmod", "chown", "cksum", "clear", "cmp"],
  ...["comm", "cp", "cut", "date", "dd", "df", "diff", "dirname", "du", "echo", "egrep", "env"],
  ...["expand", "expr", "false", "fgrep", "find", "fold", "free", "getconf", "getent", "grep"],
  ...["groups", "gunzip", "gzip", "head", "hostname", "id", "install", "ip", "join", "kill"],
  ...["link", "ln", "ls", "md5sum", "mkdir", "mkfifo", "mknod", "mktemp", "more", "mount", "mv"],
  ...["nice", "nl", "nohup", "nproc", "od", "paste", "pidof", "printenv", "printf", "ps", "pwd"],
  ...["readlink", "realpath", "rm", "rmdir", "sed", "seq", "setsid", "sha1sum", "sha256sum"],
  ...["sha512sum", "shuf", "sleep", "sort", "split", "stat", "stty", "sync", "tac", "tail", "tar"],
  ...["tee", "test", "timeout", "top", "touch", "tr", "true", "truncate", "tsort", "tty", "umount"],
  ...["uname", "unexpand", "uniq", "unlink", "uptime", "wc", "whoami", "which", "xargs", "yes"],
  "zcat",
];

/** Libraries that the C library asks for when it looks up users and hosts; glibc 2.34 and later need no files for that. */
export const nameServiceLibraries = ["libnss_files.so.2", "libnss_dns.so.2"];

const terminals = [
  ...["dumb", "linux", "screen", "screen-256color", "tmux", "tmux-256color", "vt100", "xterm"],
  "xterm-256color",
];

/** Descriptions of terminals, for what draws on them: terminfo(5). */
export const terminfoFiles = ["/etc/terminfo", "/lib/terminfo", "/usr/share/terminfo"]
  .flatMap((directory) => terminals.map((terminal) => `${directory}/${terminal[0]}/${terminal}`));
