// Which passwords are tried against a login, and what it means when one fits.
import { showable } from '../../bytes/text.ts';
import type { CredentialRow } from '../../facts/credential.ts';
import type { Login } from '../../facts/facts.ts';

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
  /** No password at all, which no row says of this user. */
  readonly isNothing?: true;
  /** The device is not known to be of the maker that ships it. */
  readonly isDoubtful?: true;
}

/** A pair that so many makers ship is nobody's default. */
const MAKERS_MAX = 4;
/** A recomputation that takes milliseconds: fewer candidates. */
const COSTLY = /scram|usm|pbkdf/;
/** RFC 3414 11.2: shorter ones are refused by those who set them. */
const USM_CHARACTERS_MIN = 8;
const COSTLY_CANDIDATES_MAX = 48;
const CANDIDATES_MAX = 4096;
/** Of a person's own list, which is tried before the shipped one and beside it. */
const OWN_COSTLY_MAX = 512;
const OWN_MAX = 131_072;

/** What of a login says which passwords are tried. */
export type LoginWords = Pick<Login, 'user' | 'protocol' | 'mechanism'>;

export class Candidates {
  /** Passwords of a person's own list, by user; those for any user under ''. */
  readonly #own = new Map<string, Set<string>>();
  /** By user: by password the rows. */
  readonly #byUser = new Map<string, Map<string, CredentialRow[]>>();
  /** Passwords of pairs that are tried everywhere, and their rows. */
  readonly #generic = new Map<string, CredentialRow[]>();
  readonly #all = new Map<string, CredentialRow[]>();

  /** What was asked for last, and the answer. */
  #lastKey = '';
  #last: readonly string[] = [];

  /** `own`: a person's list, beside the shipped one. */
  constructor(shipped: readonly CredentialRow[], own: readonly CredentialRow[] = []) {
    for (const { user, password } of own) {
      const passwords = this.#own.get(user.toLowerCase());
      if (passwords === undefined) this.#own.set(user.toLowerCase(), new Set([password]));
      else passwords.add(password);
    }
    for (const row of [...shipped, ...own]) {
      let passwords = this.#byUser.get(row.user.toLowerCase());
      if (passwords === undefined)
        this.#byUser.set(row.user.toLowerCase(), (passwords = new Map<string, CredentialRow[]>()));
      append(passwords, row.password, row);
      append(this.#all, row.password, row);
      if (row.kind === 'generic') append(this.#generic, row.password, row);
    }
  }

  /** Passwords to try, each once, the likeliest first. Who tries many in a row tries the same again and again. */
  passwordsFor(login: LoginWords, device: DeviceWords): readonly string[] {
    const { user, protocol, mechanism } = login;
    const key = JSON.stringify([user, protocol, mechanism, device.vendor, device.model]);
    if (key !== this.#lastKey) {
      this.#last = this.#passwordsFor(login, device);
      this.#lastKey = key;
    }
    return this.#last;
  }

  #passwordsFor({ user, protocol, mechanism }: LoginWords, device: DeviceWords): string[] {
    const name = accountOf(user);
    const passwords = new Set<string>(['', user, accountOf(user, false)]);
    // Those of the device's maker, those that are known of this protocol, the others.
    const [ofDevice, ofProtocol, others]: [string[], string[], string[]] = [[], [], []];
    for (const [password, rows] of this.#byUser.get(name) ?? []) {
      if (rows.some((row) => isOfDevice(row, device))) ofDevice.push(password);
      else if (rows.some((row) => row.protocols.includes(protocol))) ofProtocol.push(password);
      else others.push(password);
    }
    for (const password of [...ofDevice, ...ofProtocol, ...others]) passwords.add(password);
    for (const word of wordsOf(device)) passwords.add(word);
    for (const password of this.#generic.keys()) passwords.add(password);
    // Where no user is named, a password alone lets in.
    if (user === '') {
      for (const [password, rows] of this.#all) if (rows.some((row) => speaks(row, protocol))) passwords.add(password);
    }
    if (mechanism === 'snmp-usm')
      for (const short of passwords) if (short.length < USM_CHARACTERS_MIN) passwords.delete(short);
    const costs = isCostly(mechanism);
    const ours = this.#ownPasswords(name, costs ? OWN_COSTLY_MAX : OWN_MAX);
    return [...new Set([...ours, ...[...passwords].slice(0, costs ? COSTLY_CANDIDATES_MAX : CANDIDATES_MAX)])];
  }

  #ownPasswords(name: string, most: number): string[] {
    if (this.#own.size === 0) return [];
    if (name === '') return [...new Set([...this.#own.values()].flatMap((set) => [...set]))].slice(0, most);
    return [...(this.#own.get(name) ?? []), ...(this.#own.get('') ?? [])].slice(0, most);
  }

  /** Rows that have this pair; of a password alone those of any user. */
  rowsOf(user: string, password: string): readonly CredentialRow[] {
    if (user === '') return this.#all.get(password) ?? [];
    const ofAny = (this.#byUser.get('')?.get(password) ?? []).filter(({ file }) => file !== '');
    return [...(this.#byUser.get(accountOf(user))?.get(password) ?? []), ...ofAny];
  }

  /** What it means that this password fits. */
  meaning(password: string, { user, protocol }: LoginWords, device: DeviceWords): Finding {
    const rows = this.rowsOf(user, password);
    const named = rows.filter(({ kind }) => kind !== 'generic');
    const ofDevice = named.filter((row) => isOfDevice(row, device));
    const fitting = ofDevice.length > 0 ? ofDevice : named.filter((row) => speaks(row, protocol));
    const builtIn = fitting.find(({ kind }) => kind === 'built-in');
    if (builtIn !== undefined) {
      const finding = { kind: 'built-in', row: builtIn } as const;
      if (ofDevice.length > 0) return { ...finding, because: shippedText(builtIn) };
      const because = doubtfulText(builtIn, device);
      // Nobody has such a password by chance, whoever made the device; a user's own name is one.
      const isGuessed = password.toLowerCase() === accountOf(user);
      return device.vendor !== '' || isGuessed ? { ...finding, because, isDoubtful: true } : { ...finding, because };
    }
    // A person's own list has what it has for a reason.
    const shipped = rows.filter(({ file }) => file === '');
    const makers = new Set(shipped.flatMap(({ vendor }) => (vendor === '' ? [] : [vendor.toLowerCase()])));
    const [first] = fitting;
    if (first !== undefined && ofDevice.length > 0) return { kind: 'default', row: first, because: shippedText(first) };
    const weak = (because: string, row: CredentialRow | null = null): Finding => ({ kind: 'weak', row, because });
    // What is tried everywhere is nobody's default.
    const isCommon = makers.size > MAKERS_MAX || shipped.some((row) => row.kind === 'generic' && speaks(row, protocol));
    if (first !== undefined && !isCommon) {
      const because = doubtfulText(first, device);
      const isNoProof = device.vendor !== '' || password.toLowerCase() === accountOf(user);
      return isNoProof ? weak(because, first) : { kind: 'default', row: first, because, isDoubtful: true };
    }
    const ours = rows.find((row) => row.file !== '' && speaks(row, protocol));
    if (ours !== undefined) return weak(`it stands on a list of yours (${rowName(ours)})`, ours);
    if (password === '') return { ...weak('the password is empty'), isNothing: true };
    if ([user.toLowerCase(), accountOf(user)].includes(password.toLowerCase()))
      return weak('the password is the user’s name');
    const [some] = this.#generic.get(password) ?? named;
    if (some !== undefined) {
      const count = makers.size > MAKERS_MAX ? `, which ${makers.size} makers ship` : '';
      return weak(`the pair stands on the lists that are tried everywhere (${rowName(some)}${count})`, some);
    }
    return weak('the password is the name of the maker or the product');
  }
}

/** A recomputation takes milliseconds. */
export function isCostly(mechanism: string): boolean {
  return COSTLY.test(mechanism);
}

/** The account alone: of `PLANT\\admin`, `admin@PLANT` and `cn=admin,dc=plant` it is `admin`. */
function accountOf(user: string, isLower = true): string {
  const name = /^(?:cn|uid)=([^,]+)/i.exec(user)?.[1] ?? user.replace(/^[^\\]+\\/, '').replace(/@.*$/, '');
  return isLower ? name.toLowerCase() : name;
}

/** Who says so wants no account; the password is by custom an address, or anything (RFC 1635). */
export function isAnonymous({ mechanism, protocol, user }: LoginWords): boolean {
  if (/anonymous|^none$|-none$/.test(mechanism)) return true;
  return /^anonymous$/i.test(user) || (protocol === 'ftp' && /^ftp$/i.test(user));
}

/** As alerts name it: `row 12 of the table of default credentials`, `own.tsv row 3`. */
export function rowName({ file, line }: CredentialRow): string {
  return file === '' ? `row ${line} of the table of default credentials` : `${showable(file)} row ${line}`;
}

function append(map: Map<string, CredentialRow[]>, key: string, row: CredentialRow): void {
  const rows = map.get(key);
  if (rows === undefined) map.set(key, [row]);
  else rows.push(row);
}

/** An empty protocol is any. */
function speaks(row: CredentialRow, protocol: string): boolean {
  return protocol === '' || row.protocols.length === 0 || row.protocols.includes(protocol);
}

/** What a person lists without a maker is of all devices. */
function isOfDevice(row: CredentialRow, { vendor }: DeviceWords): boolean {
  if (row.vendor === '') return row.file !== '';
  return vendor !== '' && isSameMaker(wordsOfName(row.vendor), wordsOfName(vendor));
}

/**
 * The words of one name begin the other, as `Schneider Electric` does `Schneider Electric SE`: a first word alone is not
 * enough (General Electric, General Dynamics). A town may stand in front: Zhejiang Dahua.
 */
function isSameMaker(row: readonly string[], device: readonly string[]): boolean {
  const begins = (name: readonly string[], from: readonly string[], at: number): boolean =>
    name.length > 0 && name.every((word, index) => from[at + index] === word);
  return begins(row, device, 0) || begins(row, device, 1) || begins(device, row, 0);
}

function wordsOfName(name: string): string[] {
  return name.toLowerCase().match(/[a-z0-9&]+/g) ?? [];
}

/** Names of maker and product, as people write them into passwords. */
function wordsOf({ vendor, model }: DeviceWords): string[] {
  const words = [vendor, model]
    .flatMap((text) => [text, ...text.split(/[^A-Za-z0-9]+/)])
    .filter((word) => word.length > 2);
  return [...new Set(words.flatMap((word) => [word, word.toLowerCase()]))].slice(0, 32);
}

/** That one maker ships it proves nothing of another's device; of one whose maker is not known it is a finding, milder. */
function doubtfulText(row: CredentialRow, { vendor }: DeviceWords): string {
  const whose = vendor === '' ? 'the maker of this device is not known' : `this device is of ${showable(vendor, 60)}`;
  return `${shippedText(row)}, though ${whose}`;
}

function shippedText(row: CredentialRow): string {
  const { vendor, product } = row;
  if (vendor === '') return `it stands on a list of yours as a default (${rowName(row)})`;
  return `it is the one that ${vendor} ships${product === '' ? '' : ` with ${product}`} (${rowName(row)})`;
}
