import type { Metric } from "./metric.ts";

/** When certificates are due to be replaced. */
export const CERTIFICATES: readonly Metric[] = [
  {
    type: "gauge",
    name: "certificate_expiry_timestamp_seconds",
    help: "When a certificate in use expires, in seconds since 1970: the server's own, or a pin",
    labels: ["use", "sha256"],
    read: ({ certificates }) =>
      certificates().filter(({ validTo }) => !Number.isNaN(validTo)).map((certificate) => ({
        value: certificate.validTo / 1_000,
        labels: { use: certificate.use, sha256: certificate.fingerprint.toHex() },
      })),
  },
];
