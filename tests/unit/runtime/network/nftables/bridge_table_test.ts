import assert from "node:assert/strict";
import { FAMILY } from "../../../../../ffi/netlink/netfilter/expressions.ts";
import { commit } from "../../../../../ffi/netlink/netfilter/transaction.ts";
import { makeTable, removeTable } from "../../../../../runtime/network/nftables/bridge_table.ts";
import {
  acceptForwarding,
  forgetForwarding,
} from "../../../../../runtime/network/nftables/foreign_forward.ts";
import { TestNetwork } from "./helpers.ts";

const ordinary = {
  family: FAMILY.IPV4,
  name: "box0",
  subnet: "172.17.0.0/16",
  masquerade: true,
  internal: false,
  isolating: false,
};
const ignore = Deno.uid() !== 0;

function rulesOf(network: TestNetwork, family = "ip"): string[] {
  const text = network.run("nft", "list", "table", family, "box0");
  return text.split("\n").map((line) => line.trim())
    .filter((line) => line !== "" && line !== "}" && !/^(?:table|map|chain|type) /.test(line));
}

const publishing = [
  "fib daddr type local dnat ip to ip daddr . meta l4proto . th dport map @addressed-ports",
  "fib daddr type local dnat ip to meta l4proto . th dport map @ports",
];

Deno.test({
  name: "the table of a bridge: nft(8) reads what was meant, however often it is made",
  ignore,
  fn() {
    using network = new TestNetwork();
    const bridge = { ...ordinary, subnet: "172.17.0.5/16" };
    network.inside(() => makeTable(bridge));
    network.inside(() => makeTable(bridge));
    assert.deepEqual(rulesOf(network), [
      'iifname "box0" ip daddr 127.0.0.0/8 drop',
      ...publishing,
      ...publishing,
      'ip saddr 172.17.0.0/16 oifname != "box0" masquerade',
      'ip saddr 172.17.0.0/16 oifname "box0" ct status dnat masquerade',
      'oifname "box0" ip saddr 127.0.0.0/8 masquerade',
      'iifname "box0" oifname "box0" accept',
      'oifname "box0" ct state established,related accept',
      'oifname "box0" ct status dnat accept',
      'oifname "box0" drop',
    ]);
  },
});

Deno.test({
  name: "IPv6 has a table of its own, which leaves ::1 to the relay",
  ignore,
  fn() {
    using network = new TestNetwork();
    const bridge = { ...ordinary, family: FAMILY.IPV6, subnet: "fd00:1:2::/48" };
    const publishing = [
      "fib daddr type local dnat ip6 to ip6 daddr . meta l4proto . th dport map @addressed-ports",
      "fib daddr type local ip6 daddr != ::1 dnat ip6 to meta l4proto . th dport map @ports",
    ];
    network.inside(() => makeTable(bridge));
    assert.deepEqual(rulesOf(network, "ip6"), [
      ...publishing,
      ...publishing,
      'ip6 saddr fd00:1:2::/48 oifname != "box0" masquerade',
      'ip6 saddr fd00:1:2::/48 oifname "box0" ct status dnat masquerade',
      'iifname "box0" oifname "box0" accept',
      'oifname "box0" ct state established,related accept',
      'oifname "box0" ct status dnat accept',
      'oifname "box0" drop',
    ]);
    network.inside(() => makeTable({ ...bridge, subnet: "fd00:1:2::/61", isolating: true }));
    assert.ok(rulesOf(network, "ip6").includes('iifname "box0" oifname "box0" drop'));
    assert.ok(
      rulesOf(network, "ip6").includes(
        'ip6 saddr fd00:1:2::/61 oifname != "box0" masquerade',
      ),
    );
    network.inside(() => commit(removeTable("box0", FAMILY.IPV6)));
    assert.equal(network.run("nft", "list", "ruleset"), "");
  },
});

Deno.test({
  name: "of an internal network nothing comes out, and nothing in",
  ignore,
  fn() {
    using network = new TestNetwork();
    network.inside(() => makeTable({ ...ordinary, masquerade: false, internal: true }));
    assert.deepEqual(rulesOf(network).slice(-3), [
      'iifname "box0" oifname "box0" accept',
      'iifname "box0" drop',
      'oifname "box0" drop',
    ]);
  },
});

Deno.test({
  name: "containers that are kept apart reach each other by published ports only",
  ignore,
  fn() {
    using network = new TestNetwork();
    network.inside(() => makeTable({ ...ordinary, isolating: true }));
    assert.deepEqual(rulesOf(network).slice(-5, -2), [
      'iifname "box0" oifname "box0" ct status dnat accept',
      'iifname "box0" oifname "box0" drop',
      'oifname "box0" ct state established,related accept',
    ]);
  },
});

Deno.test({
  name: "a table that is removed leaves others' alone, and may be gone before",
  ignore,
  fn() {
    using network = new TestNetwork();
    network.run("nft", "add", "table", "inet", "firewalld");
    network.inside(() => {
      makeTable(ordinary);
      commit(removeTable("box0", FAMILY.IPV4));
      commit(removeTable("box0", FAMILY.IPV4));
    });
    assert.equal(network.run("nft", "list", "ruleset").trim(), "table inet firewalld {\n}");
  },
});

for (const chain of ["FORWARD", "DOCKER-USER"]) {
  Deno.test({
    name: `a bridge is let through iptables' ${chain} as long as it is there`,
    ignore,
    fn() {
      using network = new TestNetwork();
      network.run("iptables", "-P", "FORWARD", "DROP");
      if (chain !== "FORWARD") network.run("iptables", "-N", chain);
      const before = network.run("iptables", "-S");
      network.inside(() => {
        acceptForwarding("box0");
        acceptForwarding("box0");
      });
      const comment = '-m comment --comment "box: box0"', fromBridge = `-A ${chain} -i box0`;
      assert.deepEqual(network.run("iptables", "-S", chain).trim().split("\n").slice(1), [
        // What goes to docker's bridges is docker's business.
        ...chain === "FORWARD" ? [] : [
          `${fromBridge} -o br-+ ${comment} -j RETURN`,
          `${fromBridge} -o docker0 ${comment} -j RETURN`,
        ],
        `${fromBridge} ${comment} -j ACCEPT`,
        `-A ${chain} -o box0 ${comment} -j ACCEPT`,
      ]);
      network.inside(() => commit(forgetForwarding("box0")));
      assert.equal(network.run("iptables", "-S"), before);
    },
  });
}

const filters: [what: string, before: string, after: string[]][] = [
  ["that drops by its policy: at its end", "type filter hook forward priority 0; policy drop;", [
    'iifname "lan" drop',
    'ACCEPT iifname "box0"',
    'ACCEPT oifname "box0"',
  ]],
  [
    "that rejects in the end: before that",
    "type filter hook forward priority 0; counter log reject with icmpx admin-prohibited;",
    [],
  ],
  ["that decides for itself: not at all", "type filter hook forward priority 0; policy accept;", [
    'iifname "lan" drop',
  ]],
];
for (const [what, definition, expected] of filters) {
  Deno.test({
    name: `a bridge is let through a filter ${what}`,
    ignore,
    fn() {
      using network = new TestNetwork();
      const [hook, ...others] = definition.split(/(?<=priority 0;)/);
      const closing = others.join("").trim(), isRule = closing.startsWith("counter");
      network.run("nft", "add table inet wall");
      const policy = isRule ? "" : closing;
      network.run("nft", `add chain inet wall f { ${hook} ${policy} }`);
      network.run("nft", 'add rule inet wall f iifname "lan" drop');
      if (isRule) network.run("nft", `add rule inet wall f ${closing.replace(";", "")}`);
      const before = network.run("nft", "list", "ruleset");
      network.inside(() => {
        acceptForwarding("box0");
        acceptForwarding("box0");
      });
      const rules = network.run("nft", "list", "chain", "inet", "wall", "f").split("\n")
        .map((line) => line.trim())
        .filter((line) => /(drop|accept|reject|box: box0")/.test(line) && !line.startsWith("type"))
        .map((line) =>
          line.replace(
            /^meta nfproto ipv4 (.*) counter packets 0 bytes 0 accept comment "box: box0"$/,
            "ACCEPT $1",
          )
        );
      assert.deepEqual(
        rules,
        isRule
          ? ['iifname "lan" drop', 'ACCEPT iifname "box0"', 'ACCEPT oifname "box0"', rules.at(-1)]
          : expected,
      );
      network.inside(() => {
        const forgotten = forgetForwarding("box0");
        if (forgotten.length > 0) commit(forgotten);
      });
      assert.equal(network.run("nft", "list", "ruleset"), before);
    },
  });
}

Deno.test({
  name: "a bridge with IPv6 is let through by the filters for IPv6, too",
  ignore,
  fn() {
    using network = new TestNetwork();
    network.run("ip6tables", "-P", "FORWARD", "DROP");
    network.run(
      "nft",
      "add table ip6 wall; add chain ip6 wall f { type filter hook forward priority 0; policy drop; }; " +
        "add table inet both; add chain inet both f { type filter hook forward priority 0; policy drop; }",
    );
    const before = network.run("nft", "list", "ruleset");
    network.inside(() => acceptForwarding("box0"));
    assert.equal(network.run("nft", "list", "ruleset").match(/box: box0/g)?.length, 2);
    network.inside(() => {
      commit(forgetForwarding("box0"));
      acceptForwarding("box0", { ipv6: true });
    });
    const rules = network.run("nft", "list", "ruleset");
    assert.equal(rules.match(/box: box0/g)?.length, 6);
    assert.doesNotMatch(rules, /nfproto/);
    assert.match(network.run("ip6tables", "-S"), /^-A FORWARD -o box0 .* -j ACCEPT$/m);
    network.inside(() => commit(forgetForwarding("box0")));
    assert.equal(network.run("nft", "list", "ruleset"), before);
  },
});

Deno.test({
  name: "without iptables there is nothing to be let through",
  ignore,
  fn() {
    using network = new TestNetwork();
    network.inside(() => acceptForwarding("box0"));
    assert.deepEqual(network.inside(() => forgetForwarding("box0")), []);
    assert.equal(network.run("nft", "list", "ruleset"), "");
  },
});
