// What a server's line says to a person: asks for a user or a password, lets in, refuses, or waits for a command.

/** `login:`, `plc1 login:`, `Username:`, `User:`, `account name>` at the end of a short line. */
const USER_PROMPT =
  /^[^:>]{0,48}\b(?:login|log in|user ?name|user|user ?id|account(?: name)?)(?: name| id)?\s?[:>] ?$/i;
const PASSWORD_PROMPT = /^[^:>]{0,48}\b(?:password|passwd|passcode|pass ?phrase)(?: for [^:]{1,32})?\s?[:>] ?$/i;
/** The same word in what is said after a login. */
const NO_PROMPT = /\b(?:last|previous) (?:\w+ )?login\b/i;

const ACCEPTED =
  /\b(?:last|previous) (?:\w+ )?login\b|\bwelcome\b|\blogged (?:in|on)\b|\blog(?:in|on) (?:successful|ok|succeeded)|\bmain menu\b|\baccess granted\b|\bbusybox v\d/i;
const REFUSED =
  /\b(?:incorrect|invalid|denied|wrong|mismatch|not authori[sz]ed|unauthori[sz]ed|bad (?:passwords?|login|user)|unknown user|illegal)\b|\b(?:login|logon|authentication|password)\b.*\bfail|\bfail\w* (?:to )?(?:login|log in|authenticat)/i;
/** `$ `, `root@plc:~# `, `<Switch>`, `C:\>`, `router(config)#`, `->` of VxWorks at the end of a short line. */
const SHELL_PROMPT = /^.{0,79}[$#>%] ?$/;
/** A choice out of a menu. */
const MENU_PROMPT = /\b(?:select|choice|option|selection)\b[^:]{0,32}[:>?] ?$/i;

export function isUserPrompt(line: string): boolean {
  return USER_PROMPT.test(line) && !NO_PROMPT.test(line);
}

export function isPasswordPrompt(line: string): boolean {
  return PASSWORD_PROMPT.test(line);
}

/** A whole line after a password. */
export function outcomeOfLine(line: string): 'accepted' | 'refused' | 'unknown' {
  if (ACCEPTED.test(line)) return 'accepted';
  return REFUSED.test(line) ? 'refused' : 'unknown';
}

/** What the server waits with for the next word of the client. */
export function outcomeOfPrompt(line: string): 'accepted' | 'refused' | 'unknown' {
  if (isUserPrompt(line) || isPasswordPrompt(line)) return 'refused';
  const said = outcomeOfLine(line);
  if (said !== 'unknown') return said;
  return SHELL_PROMPT.test(line) || MENU_PROMPT.test(line) ? 'accepted' : 'unknown';
}
