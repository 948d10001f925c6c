import { deepEqual, equal } from "node:assert/strict";
import {
  embeddedResolvConf,
  isolatedResolvConf,
  upstreamServers,
} from "../../../../runtime/network/resolv_conf.ts";
import { hostsFile } from "../../../../runtime/network/hosts_file.ts";

const nothing = { servers: [], search: [], options: [] };

Deno.test("the host's resolv.conf is taken as it is, if its servers can be reached", () => {
  const host = "# mine\nsearch a b\nnameserver 10.0.0.53\n";
  equal(isolatedResolvConf(host, nothing, false), host);
});

Deno.test("servers on the host's own loopback are replaced", () => {
  equal(
    isolatedResolvConf("nameserver 127.0.0.53\noptions edns0\nsearch lan\n", nothing, false),
    "options edns0\nsearch lan\nnameserver 8.8.8.8\nnameserver 8.8.4.4\n",
  );
  equal(
    isolatedResolvConf("nameserver ::1\nnameserver 10.0.0.53\n", nothing, false),
    "nameserver 10.0.0.53\n",
  );
  equal(isolatedResolvConf("", nothing, false), "nameserver 8.8.8.8\nnameserver 8.8.4.4\n");
  const local = "nameserver 127.0.0.53\n", search = ["lan"];
  equal(isolatedResolvConf(local, nothing, false, ["10.0.2.3"]), "nameserver 10.0.2.3\n");
  equal(
    isolatedResolvConf(local, { ...nothing, search }, false, ["10.0.2.3"]),
    "search lan\nnameserver 10.0.2.3\n",
  );
});

Deno.test("servers of IPv6 are for containers that have it", () => {
  const host = "nameserver 10.0.0.53\nnameserver fd00::53\n";
  equal(isolatedResolvConf(host, nothing, true), host);
  equal(isolatedResolvConf(host, nothing, false), "nameserver 10.0.0.53\n");
});

Deno.test("what is asked for goes before what the host has", () => {
  const host = "search lan\nnameserver 10.0.0.53\noptions edns0\n";
  equal(
    isolatedResolvConf(host, { ...nothing, servers: ["1.1.1.1"] }, false),
    "search lan\nnameserver 1.1.1.1\noptions edns0\n",
  );
  equal(
    isolatedResolvConf(host, { ...nothing, search: ["."], options: ["ndots:3"] }, false),
    "nameserver 10.0.0.53\noptions ndots:3\n",
  );
});

Deno.test("on networks of the user's own, names are answered at 127.0.0.11", () => {
  equal(
    embeddedResolvConf("nameserver 10.0.0.53\n", nothing),
    "nameserver 127.0.0.11\noptions ndots:0\n",
  );
  const asked = { servers: ["1.1.1.1"], search: ["ex.com"], options: ["ndots:3"] };
  equal(
    embeddedResolvConf("nameserver 10.0.0.53\n", asked),
    "search ex.com\nnameserver 127.0.0.11\noptions ndots:3\n",
  );
  deepEqual(upstreamServers("nameserver 10.0.0.53\n", asked), ["1.1.1.1"]);
  deepEqual(upstreamServers("nameserver 127.0.0.1\n", nothing), ["8.8.8.8", "8.8.4.4"]);
});

Deno.test("hosts: what was asked for, then the container's own addresses", () => {
  const file = hostsFile({
    extra: ["1.2.3.4\ta"],
    own: ["172.17.0.2"],
    hostname: "foo",
    domainname: "ex.com",
  });
  deepEqual(file.split("\n").slice(-4), [
    "ff02::2\tip6-allrouters",
    "1.2.3.4\ta",
    "172.17.0.2\tfoo.ex.com foo",
    "",
  ]);
  equal(hostsFile({ base: "b\n", extra: [], own: [], hostname: "h", domainname: "" }), "b\n");
});
