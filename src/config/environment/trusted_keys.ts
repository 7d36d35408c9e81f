/**
 * Keys, and tables of keys, that decide who is trusted, and who may see secrets. Beside a
 * configuration file no variable may set them: the environment never widens trust.
 */
const TRUSTED = [
  "admin",
  "capture.secrets",
  "clients[]",
  "tunnel.certificate",
  "tunnel.key",
  "tunnel.secret_file",
  "tunnel.server_certificate",
] as const;

/** Whether a key, such as `clients[].name`, decides who is trusted. */
export function decidesTrust(key: string): boolean {
  return TRUSTED.some((trusted) => key === trusted || key.startsWith(`${trusted}.`));
}
