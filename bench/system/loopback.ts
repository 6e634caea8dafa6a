import { networkInterfaces } from "node:os";

/**
 * Whether a host, as a URL or a flag names it, is this machine by itself (RFC 6890: 127.0.0.0/8 and
 * ::1; RFC 6761 section 6.3: localhost and names below it).
 */
export function isLoopback(host: string): boolean {
  const name = bareName(host);
  return /^127(\.\d{1,3}){3}$/.test(name) || name === "::1" || /(^|\.)localhost\.?$/.test(name);
}

/** Whether load on that host stays on this machine: it is loopback, or an address of our own. */
export function isThisMachine(host: string): boolean {
  if (isLoopback(host)) return true;
  const name = bareName(host);
  // Who connects to "any address" reaches this machine (RFC 1122 section 3.2.1.3).
  const own = Object.values(networkInterfaces()).flatMap((addresses = []) => addresses);
  return name === "0.0.0.0" || name === "::" || own.some(({ address }) => address === name);
}

/** As the operating system names it: a URL has IPv6 addresses in brackets. */
function bareName(host: string): string {
  return host.toLowerCase().replace(/^\[|\]$/g, "");
}
