// Gives the techniques of MITRE ATT&CK for ICS that alerts refer to their names.
import { ATTACK_ICS } from '../../knowledge/attack-ics.ts';

/** `T0858 Change Operating Mode`; the id alone where the name is not known. */
export function techniqueText(id: string): string {
  const technique = ATTACK_ICS.get(id);
  return technique === undefined ? id : `${id} ${technique.name}`;
}
