// Real captures: what is told of them is what tshark shows.
import { testValues } from '../../../scripts/tshark-values.ts';

const TCPDUMP = 'the-tcpdump-group__tcpdump/tests';

const IPV4 = /^(\d+\.\d+\.\d+\.\d+)$/;
const IPV6 = /^(.*:.*)$/;

testValues([
  {
    capture: `${TCPDUMP}/vrrp.pcap`,
    what: 'vrrp',
    filter: 'vrrp',
    field: 'vrrp.virt_rtr_id',
    count: 5,
    ours: /group (\d+)/,
  },
  {
    capture: `${TCPDUMP}/vrrp.pcap`,
    what: 'shared-address',
    filter: 'vrrp',
    field: 'vrrp.ip_addr',
    count: 6,
    isOfHosts: true,
    ours: IPV4,
  },
  {
    capture: `${TCPDUMP}/vrrp.pcap`,
    what: 'shared-address',
    filter: 'vrrp',
    field: 'vrrp.ipv6_addr',
    count: 7,
    isOfHosts: true,
    ours: IPV6,
  },
]);
