// Beginnings of Siemens order numbers → the family they belong to, and what such a device is, where that is certain.

export interface OrderFamily {
  readonly begins: RegExp;
  /** As a model is called while nothing better is known. */
  readonly family: string;
  /** Null where devices of the family have several. */
  readonly role: 'controller' | 'hmi' | 'switch' | 'drive' | 'remote-io' | null;
}

export const ORDER_FAMILIES: readonly OrderFamily[] = [
  { begins: /^6ES7 3[13]\d-/, family: 'SIMATIC S7-300', role: null },
  { begins: /^6ES7 41\d-/, family: 'SIMATIC S7-400', role: 'controller' },
  { begins: /^6ES7 51\d-/, family: 'SIMATIC S7-1500', role: 'controller' },
  { begins: /^6ES7 15[14]-/, family: 'SIMATIC ET 200S/ET 200pro', role: null },
  { begins: /^6ES7 155-/, family: 'SIMATIC ET 200', role: 'remote-io' },
  // The S7-200 has nearly the same numbers: 21x-1AD23.
  { begins: /^6ES7 21\d-1[A-Z]{2}[345]\d/, family: 'SIMATIC S7-1200', role: 'controller' },
  { begins: /^6AV\d /, family: 'SIMATIC HMI', role: 'hmi' },
  { begins: /^6GK5 [0-4]\d\d-/, family: 'SCALANCE X', role: 'switch' },
  { begins: /^6GK5 [67]\d\d-/, family: 'SCALANCE', role: null },
  { begins: /^6GK7 /, family: 'SIMATIC NET communication processor', role: null },
  { begins: /^6SL3/, family: 'SINAMICS', role: 'drive' },
];

export function orderFamily(orderNumber: string): OrderFamily | undefined {
  return ORDER_FAMILIES.find(({ begins }) => begins.test(orderNumber));
}
