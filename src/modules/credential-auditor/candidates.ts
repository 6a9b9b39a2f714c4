// Which passwords are tried against a login, and what it means when one fits.
import type { Login } from '../../facts/facts.ts';
import type { CredentialRow } from './table.ts';

/** What is known of the device that was logged in to; empty where nothing is. */
export interface DeviceWords {
  readonly vendor: string;
  readonly model: string;
}

export interface Finding {
  readonly kind: 'default' | 'built-in' | 'weak';
  /** Null: derived from the user or the device, or empty. */
  readonly row: CredentialRow | null;
  /** In words, without the password: `as Siemens ships SIMATIC HMI`. */
  readonly because: string;
}

/** A pair that so many makers ship is nobody's default. */
const MAKERS_MAX = 4;
/** A recomputation that takes milliseconds: fewer candidates. */
const COSTLY = /scram|usm|pbkdf|rakp/;
const COSTLY_CANDIDATES_MAX = 48;
const CANDIDATES_MAX = 4096;

export class Candidates {
  /** By user: by password the rows. */
  readonly #byUser = new Map<string, Map<string, CredentialRow[]>>();
  /** Passwords of pairs that are tried everywhere, and their rows. */
  readonly #generic = new Map<string, CredentialRow[]>();
  readonly #all = new Map<string, CredentialRow[]>();

  constructor(rows: readonly CredentialRow[]) {
    for (const row of rows) {
      let passwords = this.#byUser.get(row.user.toLowerCase());
      if (passwords === undefined)
        this.#byUser.set(row.user.toLowerCase(), (passwords = new Map<string, CredentialRow[]>()));
      append(passwords, row.password, row);
      append(this.#all, row.password, row);
      if (row.kind === 'generic') append(this.#generic, row.password, row);
    }
  }

  /** Passwords to try, each once, the likeliest first. */
  passwordsFor({ user, protocol, mechanism }: Login, device: DeviceWords): string[] {
    const name = user.toLowerCase();
    const passwords = new Set<string>(['', user]);
    const own = this.#byUser.get(name);
    const ofDevice: string[] = [];
    const others: string[] = [];
    for (const [password, rows] of own ?? [])
      (rows.some((row) => isOfDevice(row, device)) ? ofDevice : others).push(password);
    for (const password of [...ofDevice, ...others]) passwords.add(password);
    for (const word of wordsOf(device)) passwords.add(word);
    for (const password of this.#generic.keys()) passwords.add(password);
    // Where no user is named, a password alone lets in.
    if (user === '') {
      for (const [password, rows] of this.#all) if (rows.some((row) => speaks(row, protocol))) passwords.add(password);
    }
    const most = COSTLY.test(mechanism) ? COSTLY_CANDIDATES_MAX : CANDIDATES_MAX;
    return [...passwords].slice(0, most);
  }

  /** What it means that this password fits. */
  meaning(password: string, { user, protocol }: Login, device: DeviceWords): Finding {
    const rows = (user === '' ? this.#all.get(password) : this.#byUser.get(user.toLowerCase())?.get(password)) ?? [];
    const named = rows.filter(({ kind }) => kind !== 'generic');
    const ofDevice = named.filter((row) => isOfDevice(row, device));
    const fitting = ofDevice.length > 0 ? ofDevice : named.filter((row) => speaks(row, protocol));
    const builtIn = fitting.find(({ kind }) => kind === 'built-in');
    if (builtIn !== undefined) return { kind: 'built-in', row: builtIn, because: shippedText(builtIn) };
    const makers = new Set(named.map(({ vendor }) => vendor.toLowerCase()));
    const [first] = fitting;
    // What is tried everywhere is nobody's default while nobody knows whose device it is.
    const isCommon = makers.size > MAKERS_MAX || rows.some((row) => row.kind === 'generic' && speaks(row, protocol));
    if (first !== undefined && (ofDevice.length > 0 || (!isCommon && device.vendor === '')))
      return { kind: 'default', row: first, because: shippedText(first) };
    const weak = (because: string, row: CredentialRow | null = null): Finding => ({ kind: 'weak', row, because });
    if (password === '') return weak('the password is empty');
    if (password.toLowerCase() === user.toLowerCase()) return weak('the password is the user’s name');
    const [some] = this.#generic.get(password) ?? named;
    if (some !== undefined) {
      const count = makers.size > MAKERS_MAX ? `, which ${makers.size} makers ship` : '';
      return weak(`the pair stands on the lists that are tried everywhere (row ${some.line}${count})`, some);
    }
    return weak('the password is the name of the maker or the product');
  }
}

function append(map: Map<string, CredentialRow[]>, key: string, row: CredentialRow): void {
  const rows = map.get(key);
  if (rows === undefined) map.set(key, [row]);
  else rows.push(row);
}

function speaks(row: CredentialRow, protocol: string): boolean {
  return row.protocols.length === 0 || row.protocols.includes(protocol);
}

/** The first word of a maker's name has to be the same; a product has to be named where the row is for one. */
function isOfDevice(row: CredentialRow, { vendor }: DeviceWords): boolean {
  return row.vendor !== '' && vendor !== '' && firstWord(row.vendor) === firstWord(vendor);
}

function firstWord(name: string): string {
  return (/[a-z0-9&]+/.exec(name.toLowerCase()) ?? [''])[0];
}

/** Names of maker and product, as people write them into passwords. */
function wordsOf({ vendor, model }: DeviceWords): string[] {
  const words = [vendor, model]
    .flatMap((text) => [text, ...text.split(/[^A-Za-z0-9]+/)])
    .filter((word) => word.length > 2);
  return [...new Set(words.flatMap((word) => [word, word.toLowerCase()]))].slice(0, 32);
}

function shippedText({ vendor, product, line }: CredentialRow): string {
  return `it is the one that ${vendor} ships${product === '' ? '' : ` with ${product}`} (row ${line} of the table of default credentials)`;
}
