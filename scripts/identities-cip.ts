// The identity object of CIP as tshark shows it, in List Identity and in answers of class 1.
import { vendorName } from '../knowledge/cip-vendors.ts';
import type { TsharkField } from './agree/tshark.ts';

const ATTRIBUTES: ReadonlyMap<string, string> = new Map([
  ['enip.lir.vendor', 'vendor'],
  ['cip.id.vendor_id', 'vendor'],
  ['enip.lir.name', 'model'],
  ['cip.id.product_name', 'model'],
  ['enip.lir.serial', 'serial'],
  ['cip.id.serial_number', 'serial'],
  ['enip.lir.revision', 'firmware'],
]);

export function cipAttributes(fields: readonly TsharkField[]): [attribute: string, value: string][] {
  return fields.flatMap(({ name, show }): [string, string][] => {
    const attribute = ATTRIBUTES.get(name);
    if (attribute === undefined) return [];
    if (attribute === 'vendor') return [[attribute, vendorName(Number(show))]];
    if (attribute === 'firmware') return [[attribute, revision(Number(show))]];
    return [[attribute, attribute === 'serial' ? show.replace(/^0x/, '') : show]];
  });
}

/** tshark shows major and minor revision in one number; they are written as 4.003. */
function revision(number: number): string {
  return `${number >> 8}.${String(number & 0xff).padStart(3, '0')}`;
}
