// Real captures: what is told of them is what tshark shows.
import { testValues } from '../../../scripts/tshark-values.ts';

const TCPDUMP = 'the-tcpdump-group__tcpdump/tests';

testValues([
  {
    capture: `${TCPDUMP}/IGMP_V2.pcap`,
    what: 'multicast-group',
    filter: 'igmp.type == 0x16',
    field: 'igmp.maddr',
    count: 5,
  },
  {
    capture: `${TCPDUMP}/IGMP_V1.pcap`,
    what: 'multicast-group',
    filter: 'igmp.type == 0x12',
    field: 'igmp.maddr',
    count: 7,
  },
  {
    capture: 'zeek__zeek/testing/btest/Traces/igmp/igmp-many-groups.pcap',
    what: 'multicast-group',
    filter: 'igmp',
    field: 'igmp.maddr',
    count: 150,
  },
  {
    capture: 'zeek__zeek/testing/btest/Traces/igmp/igmp.pcap',
    what: 'multicast-group',
    filter: 'igmp.type == 0x16 || igmp.type == 0x22',
    field: 'igmp.maddr',
    count: 2,
  },
]);
