// Real captures: what is told of them is what tshark shows.
import { testValues } from '../../../scripts/tshark-values.ts';

const TCPDUMP = 'the-tcpdump-group__tcpdump/tests';

testValues([
  { capture: `${TCPDUMP}/3560_CDP.pcap`, what: 'cdp-device', filter: 'cdp', field: 'cdp.deviceid', count: 1 },
  { capture: `${TCPDUMP}/LLDP_and_CDP.pcap`, what: 'cdp-port', filter: 'cdp', field: 'cdp.portid', count: 2 },
  {
    capture: 'ITI__ICS-Security-Tools/pcaps/openics/EIP-FirmwareChange.pcap',
    what: 'cdp-device',
    filter: 'cdp',
    field: 'cdp.deviceid',
    count: 1,
  },
  {
    capture: 'ITI__ICS-Security-Tools/pcaps/openics/EIP-SoftwareUpload.pcap',
    what: 'cdp-native-vlan',
    filter: 'cdp',
    field: 'cdp.native_vlan',
    count: 1,
  },
]);
