// Tells a device's role by what it offers on the network: LLDP capabilities, mDNS services, UPnP and WS-Discovery types,
// DHCP vendor classes, protocols it answers. A role in a process outranks all of these: its trust is higher (roles.ts).
import type { AssetEvidence } from '../facts/asset.ts';
import type { Grounds, KeptTrait } from './derived.ts';

export interface OfferedRole extends Pick<KeptTrait, 'timeUs' | 'frame'> {
  readonly role: string;
  readonly because: string;
  readonly trust: number;
}

/** Said by the device in a protocol made for it; below every role that was seen in a process. */
const SAID = 0.38;
const SHOWN = 0.35;
/** Several kinds of devices do so. */
const LIKELY = 0.25;

/** A `service` claim that begins so → role. The first that fits counts. */
const SERVICES: readonly (readonly [begins: RegExp, role: string])[] = [
  [/^_(?:ipps?|printer|pdl-datastream)\.tcp/, 'printer'],
  [/^_(?:axis-video|onvif)\.tcp/, 'camera'],
  [/^_(?:googlecast|airplay|raop|spotify-connect)\.tcp/, 'media-player'],
  [/^_(?:sip|sips)\.(?:tcp|udp)/, 'phone'],
  [/^_mqtt\.tcp/, 'broker'],
  [/^upnp InternetGatewayDevice/, 'router'],
  [/^upnp WLANAccessPointDevice/, 'access-point'],
  [/^upnp Printer/, 'printer'],
  [/^upnp DigitalSecurityCamera/, 'camera'],
  [/^upnp Media(?:Renderer|Server)/, 'media-player'],
  [/^upnp SensorManagement/, 'sensor'],
];

const DISCOVERY_TYPES: readonly (readonly [type: RegExp, role: string])[] = [
  [/NetworkVideoTransmitter/, 'camera'],
  [/PrintDeviceType|PrinterServiceType/, 'printer'],
  [/\bComputer\b/, 'workstation'],
];

const VENDOR_CLASSES: readonly (readonly [begins: RegExp, role: string])[] = [
  [/^Cisco Systems, Inc\. IP Phone|^(?:yealink|snom|Polycom|Grandstream)/i, 'phone'],
  [/^Hewlett-Packard (?:JetDirect|LaserJet|OfficeJet)/i, 'printer'],
  [/^(?:AXIS,|Network Camera|IP ?Camera)/i, 'camera'],
  [/^Cisco AP\b|^ArubaAP\b|^ubnt\b/i, 'access-point'],
  [/^android-dhcp/i, 'phone'],
];

/** Who answers one of these is a server, whatever else it is. */
const SERVER_PROTOCOLS: readonly string[] = 'kerberos ldap radius mysql postgres tds redis smtp pop3 imap dhcp'.split(
  ' ',
);

export function roleByOffers(grounds: Grounds): OfferedRole | null {
  return (
    byCapabilities(grounds.traits.get('lldp-capabilities')) ??
    byServices(grounds.evidence) ??
    byText(grounds.traits.get('ws-discovery-types'), DISCOVERY_TYPES, 'ws-discovery types', SHOWN) ??
    byText(grounds.traits.get('dhcp-vendor-class'), VENDOR_CLASSES, 'dhcp vendor class', SHOWN) ??
    byForwarding(grounds) ??
    byServed(grounds)
  );
}

/** IEEE 802.1AB, table 8-4. A station with a second port is a bridge as well: that makes no switch of it. */
function byCapabilities(trait: KeptTrait | undefined): OfferedRole | null {
  if (trait === undefined) return null;
  const enabled = trait.value.split(',');
  const has = (capability: string): boolean => enabled.includes(capability);
  const role = has('telephone')
    ? 'phone'
    : has('wlan-access-point')
      ? 'access-point'
      : has('router')
        ? 'router'
        : has('bridge') && !has('station')
          ? 'switch'
          : '';
  if (role === '') return null;
  return { role, because: `lldp capabilities ${trait.value}`, trust: SAID, timeUs: trait.timeUs, frame: trait.frame };
}

function byServices(evidence: readonly AssetEvidence[]): OfferedRole | null {
  for (const [begins, role] of SERVICES) {
    const claim = evidence.find(({ attribute, value }) => attribute === 'service' && begins.test(value));
    if (claim === undefined) continue;
    const { value, timeUs, frame } = claim;
    return { role, because: `offers ${value}`, trust: SHOWN, timeUs, frame };
  }
  return null;
}

function byText(
  trait: KeptTrait | undefined,
  table: readonly (readonly [pattern: RegExp, role: string])[],
  source: string,
  trust: number,
): OfferedRole | null {
  if (trait === undefined) return null;
  const role = table.find(([pattern]) => pattern.test(trait.value))?.[1];
  if (role === undefined) return null;
  return { role, because: source, trust, timeUs: trait.timeUs, frame: trait.frame };
}

/** One such address may be a device with an odd TTL. */
function byForwarding({ forwards, firstUs }: Grounds): OfferedRole | null {
  if (forwards < 2) return null;
  return { role: 'router', because: `routes for ${forwards} addresses`, trust: SHOWN, timeUs: firstUs, frame: 0 };
}

function byServed({ served, firstUs }: Grounds): OfferedRole | null {
  const likely = (role: string, protocol: string): OfferedRole => {
    return { role, because: `answers ${protocol}`, trust: LIKELY, timeUs: firstUs, frame: 0 };
  };
  const server = SERVER_PROTOCOLS.find((name) => served.includes(name));
  if (server !== undefined) return likely('server', server);
  if (served.includes('rtsp')) return likely('camera', 'rtsp');
  if (served.includes('rdp')) return likely('workstation', 'rdp');
  return null;
}
