// Real captures: what is told of them is what tshark shows.
import { testValues } from '../../../scripts/tshark-values.ts';

const TCPDUMP = 'the-tcpdump-group__tcpdump/tests';

testValues([
  {
    capture: `${TCPDUMP}/802.1w_rapid_STP.pcap`,
    what: 'spanning-tree-bridge',
    filter: 'stp',
    field: 'stp.bridge.hw',
    count: 1,
    ours: /\/(..:.*)$/,
  },
  {
    capture: `${TCPDUMP}/802.1D_spanning_tree.pcap`,
    what: 'spanning-tree-root',
    filter: 'stp',
    field: 'stp.root.hw',
    count: 1,
    ours: /\/(..:.*),/,
  },
  {
    capture: `${TCPDUMP}/rpvstp-trunk-native-vid5.pcap`,
    what: 'spanning-tree-root',
    filter: 'stp',
    field: 'stp.root.ext',
    count: 2,
    ours: /\/(\d+)\//,
  },
  {
    capture: 'ITI__ICS-Security-Tools/pcaps/openics/EIP-FirmwareChange.pcap',
    what: 'spanning-tree-root',
    filter: 'stp',
    field: 'stp.root.hw',
    count: 1,
    ours: /\/(..:.*),/,
  },
]);
