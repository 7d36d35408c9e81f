/** The configuration that is used if none is named. */
export const DEFAULT_CONFIG = "/etc/pppoe-proxy/pppoe-proxy.toml";
