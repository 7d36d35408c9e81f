/** Default limits of a customer and in total. */
export const DEFAULTS = {
  sessions: 10_000,
  sessionsPerCustomer: 16,
  pendingDiscoveries: 4_096,
  padiRatePerMac: 2,
  padiBurstPerMac: 5,
  padiRate: 200,
  padiBurst: 50,
};
