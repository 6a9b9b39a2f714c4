// The numbers of LLDP (IEEE 802.1AB-2016, clause 8) and of the organisations whose elements are read.

export const ETHER_TYPE = 0x88cc;

/** Clause 8.4, table 8-1. */
export const Tlv = {
  end: 0,
  chassisId: 1,
  portId: 2,
  timeToLive: 3,
  portDescription: 4,
  systemName: 5,
  systemDescription: 6,
  systemCapabilities: 7,
  managementAddress: 8,
  organization: 127,
} as const;

/** Clause 8.5.2.2 and 8.5.3.2: how an id is to be read; chassis and port number theirs differently. */
export const ChassisIdSubtype = { macAddress: 4, networkAddress: 5, local: 7 } as const;
export const PortIdSubtype = { macAddress: 3, networkAddress: 4, local: 7 } as const;

/** Clause 8.5.8.1, table 8-4, lowest bit first. */
export const CAPABILITIES = [
  'other',
  'repeater',
  'bridge',
  'wlan-access-point',
  'router',
  'telephone',
  'docsis-cable-device',
  'station',
  'c-vlan',
  's-vlan',
  'two-port-mac-relay',
] as const;

export const Organization = {
  /** PROFIBUS and PROFINET International (IEC 61158-6-10). */
  profinet: 0x000ecf,
  /** Telecommunications Industry Association: LLDP-MED (ANSI/TIA-1057). */
  med: 0x0012bb,
} as const;

/** ANSI/TIA-1057, clause 10.2.6: the inventory. */
export const MED_INVENTORY: Readonly<Record<number, 'hardware' | 'firmware' | 'serial' | 'vendor' | 'model'>> = {
  5: 'hardware',
  6: 'firmware',
  8: 'serial',
  9: 'vendor',
  10: 'model',
};
/** The software revision stands beside the firmware's. */
export const MED_SOFTWARE_REVISION = 7;
/** IEC 61158-6-10, LLDP_PNIO_ChassisMAC: the address of the device, where the sender's is the port's. */
export const PROFINET_CHASSIS_MAC = 5;
