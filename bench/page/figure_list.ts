/** The figures of the page. */

/** A figure and how to show it. */
export interface FigureKind {
  group: "Throughput" | "Latency" | "CPU" | "Memory" | "Sessions";
  title: string;
  unit: string;
  /** The shown value is the measured one times this. */
  scale: number;
  better: "more" | "less";
  /** Whether it depends on the machine's speed, and is compared relative to the plain forwarder. */
  isRelative: boolean;
}

/** Frame sizes of the floods, in bytes without the check sequence. */
export const SIZES: readonly number[] = [64, 512, 1024, 1510];
/** Number of further sessions that are dialled at once. */
export const CROWD = 200;

/** Throughput in frames per second, shown in Mbit/s. */
function megabits(title: string, size: number): FigureKind {
  const scale = size * 8 / 1e6;
  return { group: "Throughput", title, unit: "Mbit/s", scale, better: "more", isRelative: true };
}

/** A figure of which less is better. */
function less(
  group: FigureKind["group"],
  title: string,
  unit: string,
  isRelative: boolean,
): FigureKind {
  return { group, title, unit, scale: 1, better: "less", isRelative };
}

/** Names of the floods up, by frame size. */
export function floodOf(size: number): string {
  return `flood-${size}-up`;
}

/** All figures by name, in the order of the page. */
export const FIGURES: Readonly<Record<string, FigureKind>> = {
  ...Object.fromEntries(
    SIZES.map((size) => [floodOf(size), megabits(`${size} B up, flooded`, size)]),
  ),
  "flood-1510-down": megabits("1510 B down, flooded", 1510),
  "lossless-64-up": megabits("64 B up, without loss", 64),
  "lossless-1510-up": megabits("1510 B up, without loss", 1510),
  "latency-p50": less("Latency", "median", "µs", true),
  "latency-p99": less("Latency", "99th percentile", "µs", true),
  "cpu-ends": less("CPU", "both ends at 20,000/s of 1510 B", "s per million frames", true),
  "cpu-light": less("CPU", "both ends at 1,000/s of 500 B", "% of a core", true),
  "memory-start": less("Memory", "both ends at start", "MiB", false),
  "memory-end": less("Memory", "both ends after all loads", "MiB", false),
  "dial-first": less("Sessions", "first dialled in", "ms", true),
  "dial-median": less("Sessions", `next ${CROWD}, median`, "ms", true),
  "flood-crowd": {
    ...megabits(`512 B up, flooded over ${CROWD}`, 512),
    group: "Sessions",
  },
};
