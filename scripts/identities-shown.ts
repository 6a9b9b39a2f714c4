// What tshark shows of the identity of devices in one frame: whose address it is, which attribute, and the value.
import { cipAttributes } from './identities-cip.ts';
import { fieldOf, type TsharkField, type TsharkFrame, type TsharkLayer } from './agree/tshark.ts';
import { bacnetVendor } from '../knowledge/bacnet-vendors.ts';

export interface Shown {
  readonly protocol: string;
  /** Addresses of which one must be the asset's: an IP address, a MAC address. */
  readonly addresses: readonly string[];
  readonly attribute: string;
  readonly value: string;
}

/** Frames that may carry an identity. */
export const IDENTITY_FILTER = [
  'enip.lir.name',
  'cip.id.vendor_id',
  'cip.id.product_name',
  'cip.id.serial_number',
  'bacapp.unconfirmed_service == 0',
  '(bacapp.type == 3 && bacapp.property_identifier)',
  'modbus.object_str_value',
  's7comm.data.userdata.szl_id',
  'snmp.value.octets',
  'lldp.tlv.system.name',
  'dhcp.option.hostname',
  'http.server',
  '(mdns && dns.flags.response == 1)',
].join(' || ');

export const IDENTITY_LAYERS = 'eth ip ipv6 enip cip bacapp modbus s7comm snmp lldp dhcp http ssdp mdns'.split(' ');

type Found = readonly [attribute: string, value: string];

/** All that a frame shows of its sender, or of whom it names. */
export function shownIn(frame: TsharkFrame): Shown[] {
  const layer = (name: string): TsharkLayer | undefined => frame.layers.findLast((one) => one.name === name);
  const ip = fieldOf(layer('ip'), 'ip.src') ?? fieldOf(layer('ipv6'), 'ipv6.src');
  const mac = fieldOf(layer('eth'), 'eth.src');
  const sender = ip ?? mac;
  const shown: Shown[] = [];
  const say = (protocol: string, found: readonly Found[], addresses: readonly string[]): void => {
    for (const [attribute, value] of found)
      if (value.trim() !== '' && addresses.length > 0) shown.push({ protocol, addresses, attribute, value });
  };
  const from = sender === undefined ? [] : [sender];
  for (const one of frame.layers) {
    const { name, fields } = one;
    if (name === 'enip' || name === 'cip') say('cip identity', cipAttributes(fields), from);
    else if (name === 'bacapp') say('bacnet', bacnet(fields), from);
    else if (name === 'modbus') say('modbus 43/14', modbus(fields), from);
    else if (name === 's7comm') say('s7comm SZL', s7(fields), from);
    else if (name === 'snmp') say('snmp system group', snmp(fields), from);
    else if (name === 'lldp') say('lldp', all(fields, 'lldp.tlv.system.name', 'name'), mac === undefined ? [] : [mac]);
    else if (name === 'http') say('http server', all(fields, 'http.server', 'application'), from);
    else if (name === 'ssdp')
      say('ssdp server', all(fields, 'http.server', 'application').filter(namesSomething), from);
    else if (name === 'dhcp') {
      const card = fieldOf(one, 'dhcp.hw.mac_addr');
      const isAsked = fieldOf(one, 'dhcp.type') === '1';
      // By a relay the card is not seen, and an address in use names the client.
      const inUse = fieldOf(one, 'dhcp.ip.client');
      const client = [card, inUse === '0.0.0.0' ? undefined : inUse].filter((address) => address !== undefined);
      if (isAsked) say('dhcp host name', all(fields, 'dhcp.option.hostname', 'name'), client);
    } else if (name === 'mdns') {
      for (const [address, host] of mdns(fields)) say('mdns address', [['name', host]], [address]);
    }
  }
  return shown;
}

function all(fields: readonly TsharkField[], name: string, attribute: string): Found[] {
  return fields.filter((field) => field.name === name).map(({ show }) => [attribute, show]);
}

/** `Unspecified, UPnP/1.0, Unspecified` has the form of the standard and says nothing. */
function namesSomething([, value]: Found): boolean {
  return !/^Unspecified,[^,]*,\s*Unspecified$/.test(value);
}

const BACNET_TEXTS: ReadonlyMap<string, string> = new Map([
  ['121', 'vendor'],
  ['70', 'model'],
  ['44', 'firmware'],
]);

/** I-Am, and text properties that only a device object has. */
function bacnet(fields: readonly TsharkField[]): Found[] {
  const found: Found[] = [];
  let property = '';
  for (const { name, show } of fields) {
    if (name === 'bacapp.vendor_identifier') found.push(['vendor', bacnetVendor(Number(show))]);
    else if (name === 'bacapp.property_identifier') property = show;
    else if (name === '' && BACNET_TEXTS.has(property)) {
      const text = /'(.*)'$/.exec(show)?.[1];
      if (text !== undefined) found.push([BACNET_TEXTS.get(property)!, text]);
    }
  }
  return found;
}

const MODBUS_OBJECTS: ReadonlyMap<number, string> = new Map([
  [0, 'vendor'],
  [1, 'product-code'],
  [2, 'firmware'],
  [5, 'model'],
]);

function modbus(fields: readonly TsharkField[]): Found[] {
  const found: Found[] = [];
  let object = -1;
  for (const { name, show } of fields) {
    if (name === 'modbus.object_id') object = Number(show);
    const attribute = MODBUS_OBJECTS.get(object);
    if (name === 'modbus.object_str_value' && attribute !== undefined) found.push([attribute, show]);
  }
  return found;
}

function s7(fields: readonly TsharkField[]): Found[] {
  const found: Found[] = [];
  let index = '';
  for (const { name, show } of fields) {
    if (name === 's7comm.szl.xy11.0001.index' || name === 's7comm.szl.001c.000x.index') index = show;
    else if (name === 's7comm.szl.xy11.0001.anz' && Number(index || 1) === 1) found.push(['product-code', show]);
    else if (name === 's7comm.szl.001c.0005.serialn') found.push(['serial', show]);
    else if (name === 's7comm.szl.001c.0007.cputypname') found.push(['model', show]);
  }
  return found.map(([attribute, value]) => [attribute, value.replaceAll(/\\000|\u0000/g, '')]);
}

const SNMP_OBJECTS: ReadonlyMap<string, string> = new Map([
  ['1.3.6.1.2.1.1.1.0', 'application'],
  ['1.3.6.1.2.1.1.5.0', 'name'],
]);

function snmp(fields: readonly TsharkField[]): Found[] {
  const found: Found[] = [];
  let object = '';
  // What a set request carries is not said by the device.
  if (fields.some(({ name, show }) => name === 'snmp.data' && show === '3')) return found;
  for (const { name, show, value } of fields) {
    if (name === 'snmp.name') object = show;
    const attribute = SNMP_OBJECTS.get(object);
    if (name === 'snmp.value.octets' && attribute !== undefined && value !== '')
      found.push([attribute, Buffer.from(value, 'hex').toString('latin1')]);
  }
  return found;
}

/** Address and name of every A and AAAA record. */
function mdns(fields: readonly TsharkField[]): [string, string][] {
  const found: [string, string][] = [];
  let host = '';
  for (const { name, show } of fields) {
    if (name === 'dns.resp.name') host = show;
    if (name === 'dns.a' || name === 'dns.aaaa') found.push([show, host]);
  }
  return found;
}
