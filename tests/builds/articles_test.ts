/**
 * The Dockerfiles of articles about docker, as they are written there. Their bases cannot be had everywhere, and neither can the
 * servers of packages of distributions that have ended: images of their names are made of Debian, with a `yum` that asks Debian.
 * Remarks behind instructions, which no builder takes for comments, are left out.
 */
import { equal, match } from "node:assert/strict";
import { build, context } from "../e2e/build/context.ts";
import { type Box, boxTest } from "../e2e/harness.ts";
import { answerOf, DEBIAN, reachable } from "./servers.ts";

const withDefault = { network: "default" } as const;

const yum = `#!/bin/bash
set -e
install() { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$@"; }
case "$*" in
  "clean all") apt-get clean ;;
  "-y install yum-plugin-ovl" | "-y install epel-release") ;;
  "-y install httpd")
    install apache2
    mkdir -p /run/httpd
    { echo '#!/bin/bash'
      echo '. /etc/apache2/envvars; mkdir -p $APACHE_RUN_DIR; exec apache2 "$@"'; } > /sbin/httpd
    chmod +x /sbin/httpd ;;
  "-y install nginx")
    install nginx
    rm -r /var/www/html; ln -s /usr/share/nginx/html /var/www/html ;;
  *) echo "yum $*: there is no such package here" >&2; exit 1 ;;
esac
`;

/** A base that knows the words of another distribution. */
async function centos(box: Box, name: string): Promise<void> {
  await reachable(DEBIAN);
  await box.debian();
  const dockerfile = "FROM debian\nCOPY --chmod=755 yum rpm /usr/bin/\n";
  const path = context(box, dockerfile, { yum, rpm: "#!/bin/sh\n" }, "base");
  await build(box, path, "-t", name);
}

boxTest("httpd on a base image starts with its container", withDefault, async (box) => {
  await centos(box, "centos7u6:latest");
  const path = context(
    box,
    `FROM centos7u6:latest
MAINTAINER "smartdocker@smartdocker@126.com"
RUN yum clean all
RUN rpm --rebuilddb && yum -y install httpd
ADD run-httpd.sh /run-httpd.sh
RUN chmod -v +x /run-httpd.sh
ADD index.html /var/www/html/
EXPOSE 80
WORKDIR /
CMD ["/bin/bash","/run-httpd.sh"]
`,
    {
      "run-httpd.sh": "#!/bin/bash\nrm -rf /run/httpd/*\nexec /sbin/httpd -D FOREGROUND\n",
      "index.html": "It's work!!!\n",
    },
  );
  const output = await build(box, path, "-t", "centos7u6-base-httpd:v1");
  match(output, /mode of '\/run-httpd\.sh' changed from 0644 \(rw-r--r--\) to 0755/);
  equal(await answerOf(box, "centos7u6-base-httpd:v1"), "It's work!!!\n");
});

boxTest("nginx as a daemon that stays in the foreground", withDefault, async (box) => {
  await centos(box, "centos:latest");
  const path = context(
    box,
    `FROM centos:latest

MAINTAINER "smartaiops<smartaiops@126.com>"

# yum -y install 的-y 代表非交互式
RUN yum clean all && yum -y install yum-plugin-ovl && yum -y install epel-release
RUN yum -y install nginx

ADD index.html /usr/share/nginx/html/

RUN echo "daemon off;" >> /etc/nginx/nginx.conf #取消nginx以daemon身份运行

EXPOSE 80

CMD /usr/sbin/nginx
`,
    { "index.html": "nginx s running!!!\n" },
  );
  await build(box, path, "-t", "centos-nginx:v1");
  equal(await answerOf(box, "centos-nginx:v1"), "nginx s running!!!\n");
});

boxTest("a program in Python with what it requires", withDefault, async (box) => {
  await reachable(DEBIAN);
  await box.debian();
  const base = context(
    box,
    `FROM debian
RUN apt-get update && apt-get install -y --no-install-recommends python3-pip && ln -s python3 /usr/bin/python
COPY greeting /greeting
RUN pip wheel --no-deps --no-build-isolation --wheel-dir /wheels /greeting
ENV PIP_NO_INDEX=1 PIP_FIND_LINKS=/wheels PIP_BREAK_SYSTEM_PACKAGES=1
`,
    {
      "greeting/setup.py":
        'from setuptools import setup\nsetup(name="greeting", version="1.0", py_modules=["greeting"])\n',
      "greeting/greeting.py": 'def greet(name): return f"Hello {name}!\\n"\n',
    },
    "base",
  );
  await build(box, base, "-t", "python:2.7-slim");
  const path = context(
    box,
    `# 使用官方提供的Python开发镜像作为基础镜像
FROM python:2.7-slim

# 将工作目录切换为/app
WORKDIR /app

# 将当前目录下的所有内容复制到/app下
ADD . /app

# 使用pip命令安装这个应用所需要的依赖
RUN pip install --trusted-host pypi.python.org -r requirements.txt

# 允许外界访问容器的80端口
EXPOSE 80

# 设置环境变量
ENV NAME World

# 设置容器进程
CMD ["python", "app.py"]
`,
    {
      "requirements.txt": "greeting\n",
      "app.py": `import os
from http.server import BaseHTTPRequestHandler, HTTPServer
from greeting import greet

class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(greet(os.environ["NAME"]).encode())

HTTPServer(("", 80), Handler).serve_forever()
`,
    },
  );
  match(await build(box, path, "-t", "friendlyhello"), /Successfully installed greeting-1\.0/);
  equal(await answerOf(box, "friendlyhello"), "Hello World!\n");
});
