/**
 * Whether a host, as a URL or a flag names it, is this machine by itself (RFC 6890: 127.0.0.0/8 and
 * ::1; RFC 6761 section 6.3: localhost and names below it).
 */
export function isLoopback(host: string): boolean {
  const name = host.toLowerCase().replace(/^\[|\]$/g, "");
  return /^127(\.\d{1,3}){3}$/.test(name) || name === "::1" || /(^|\.)localhost\.?$/.test(name);
}
