import type { Metric } from "./metric.ts";

/** Metrics of certificates. */
export const CERTIFICATES: readonly Metric[] = [
  {
    type: "gauge",
    name: "certificate_expiry_timestamp_seconds",
    help:
      "Expiry of a certificate in use (the server's own, or a pinned one), in seconds since 1970",
    labels: ["use", "sha256"],
    read: ({ certificates }) =>
      certificates().filter(({ validTo }) => !Number.isNaN(validTo)).map((certificate) => ({
        value: certificate.validTo / 1_000,
        labels: { use: certificate.use, sha256: certificate.fingerprint.toHex() },
      })),
  },
];
