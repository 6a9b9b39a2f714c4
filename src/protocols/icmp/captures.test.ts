// Real captures: what is told of them is what tshark shows.
import { testValues } from '../../../scripts/tshark-values.ts';

const TCPDUMP = 'the-tcpdump-group__tcpdump/tests';

testValues([
  {
    capture: `${TCPDUMP}/icmpv6.pcap`,
    what: 'multicast-group',
    filter: 'icmpv6.type == 143',
    field: 'icmpv6.mldr.mar.multicast_address',
    count: 4,
  },
  {
    capture: `${TCPDUMP}/icmpv6-ra-pref64.pcap`,
    what: 'ipv6-router',
    filter: 'icmpv6.type == 134',
    field: 'icmpv6.opt.prefix',
    count: 2,
    ours: /prefix ([^/]+)/,
  },
]);
