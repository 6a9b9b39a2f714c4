// Gives up the privileges of root once the capture is open: everything from the wire is then parsed as a user who can do
// little.
import { chownSync, existsSync } from 'node:fs';
import { userInfo } from 'node:os';
import { showable } from '../bytes/text.ts';
import { UsageError } from './command-line.ts';

const ROOT = 0;
const ID = /^[0-9]{1,10}$/;

/** A user of this system. */
export interface Account {
  /** Null: it has none here. */
  readonly name: string | null;
  readonly uid: number;
  readonly gid: number;
}

/**
 * Who the program becomes: `name`, else whoever called `sudo`; null: nobody was named, or there is nothing to give up.
 * Throws UsageError where a name was given that cannot be had.
 */
export function accountToBecome(name: string | undefined): Account | null {
  const isRoot = process.geteuid?.() === ROOT;
  if (name !== undefined) {
    if (!isRoot) throw new UsageError('option --user needs root: only root can become another user');
    return accountNamed(name);
  }
  const { SUDO_UID: uid = '', SUDO_GID: gid = '' } = process.env;
  if (!isRoot || !ID.test(uid) || !ID.test(gid) || Number(uid) === ROOT) return null;
  return { name: nameOf(Number(uid)), uid: Number(uid), gid: Number(gid) };
}

/** For all threads and for good, with no group but the account's own; throws where anything of root would be left. */
export function become({ uid, gid }: Account): void {
  process.setgroups!([gid]);
  process.setgid!(gid);
  process.setuid!(uid);
  if (process.getuid!() !== uid || process.geteuid!() !== uid || process.getegid!() !== gid || canBecomeRoot())
    throw new Error('the privileges of root could not be given up');
}

/** `user operator`, or where it has no name `user 1000`. */
export function accountText({ name, uid }: Account): string {
  return `user ${name === null ? uid : showable(name)}`;
}

/** Makes a file or directory with `make` where it is missing; a new one belongs to the account. */
export function ownedBy(account: Account | null, path: string, make: () => void): void {
  const isThere = existsSync(path);
  make();
  if (account !== null && !isThere) chownSync(path, account.uid, account.gid);
}

function accountNamed(name: string): Account {
  const account = asUser(name, () => userInfo());
  if (account === null) throw new UsageError(`option --user: there is no user '${showable(name)}'`);
  if (account.uid === ROOT) throw new UsageError('option --user cannot be root: nothing would be given up');
  return { name: account.username, uid: account.uid, gid: account.gid };
}

function nameOf(uid: number): string | null {
  return asUser(uid, () => userInfo())?.username ?? null;
}

/** The system's own list of users is asked as that user: what `userInfo` tells is the effective one. */
function asUser<Result>(user: string | number, ask: () => Result): Result | null {
  try {
    process.seteuid!(user);
    return ask();
  } catch {
    // No such user, or one without an entry.
    return null;
  } finally {
    process.seteuid!(ROOT);
  }
}

function canBecomeRoot(): boolean {
  try {
    process.setuid!(ROOT);
    return true;
  } catch {
    return false;
  }
}
