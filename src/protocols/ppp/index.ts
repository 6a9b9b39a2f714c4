// Logins on the link itself, before there are addresses: PPP inside PPPoE, and EAP over LAN.
export { eapol } from './eapol.ts';
export { ppp } from './ppp.ts';
