/** Numbers of rtnetlink: include/uapi/linux/{rtnetlink,if_link,if_addr,neighbour,if}.h */

export const RTM = {
  NEWLINK: 16,
  DELLINK: 17,
  GETLINK: 18,
  SETLINK: 19,
  NEWADDR: 20,
  DELADDR: 21,
  GETADDR: 22,
  NEWROUTE: 24,
  DELROUTE: 25,
  GETROUTE: 26,
  NEWNEIGH: 28,
  DELNEIGH: 29,
  GETNEIGH: 30,
} as const;

/** Attributes of links. */
export const IFLA = {
  ADDRESS: 1,
  IFNAME: 3,
  MTU: 4,
  LINK: 5,
  MASTER: 10,
  LINKINFO: 18,
  NET_NS_FD: 28,
} as const;

export const IFLA_INFO = { KIND: 1, DATA: 2 } as const;
export const VETH_INFO_PEER = 1;
export const IFLA_MACVLAN_MODE = 1;
export const IFLA_IPVLAN_MODE = 1;

/** Flags of interfaces: netdevice(7). */
export const IFF = { UP: 1 } as const;

/** Attributes of addresses. */
export const IFA = { ADDRESS: 1, LOCAL: 2, BROADCAST: 4, FLAGS: 8 } as const;
/** An IPv6 address of which nobody else is asked whether he has it. */
export const IFA_F_NODAD = 2;

/** Attributes of routes. */
export const RTA = { DST: 1, OIF: 4, GATEWAY: 5, PREFSRC: 7, TABLE: 15 } as const;
export const RT_TABLE_MAIN = 254;
export const RTPROT_BOOT = 3;
export const RT_SCOPE = { UNIVERSE: 0, LINK: 253 } as const;
export const RTN_UNICAST = 1;

/** Attributes of neighbours. */
export const NDA_DST = 1;
export const NDA_LLADDR = 2;
export const NTF_MASTER = 4;
export const NUD_NOARP = 0x40;

export const AF = { UNSPEC: 0, BRIDGE: 7, INET: 2, INET6: 10 } as const;
