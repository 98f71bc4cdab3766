// Numbers as people read them.

/** `1,234,567`. The engine's own way reads its tables when it is first asked, which takes longer than a whole check. */
export function grouped(value: number): string {
  return Number.isSafeInteger(value) ? String(value).replace(/\B(?=(?:\d{3})+$)/g, ',') : value.toLocaleString('en-US');
}

/** `12.3 KB`, `4.56 MB`: thousands, as on the network. */
export function formatBytes(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  const [value, unit] = bytes < 1e6 ? [bytes / 1e3, 'KB'] : [bytes / 1e6, 'MB'];
  return `${value.toFixed(value < 10 ? 2 : 1)} ${unit}`;
}

/** `20K`, `1.5M`, as at an axis. */
export function shortCount(value: number): string {
  const [unit, name] = value >= 1e9 ? [1e9, 'G'] : value >= 1e6 ? [1e6, 'M'] : value >= 1e3 ? [1e3, 'K'] : [1, ''];
  return `${Number((value / unit).toPrecision(6))}${name}`;
}

/** `0.93%` */
export function percent(share: number): string {
  return `${(100 * share).toFixed(2)}%`;
}

/** `4 s`, `3 min 20 s`, `2 h 5 min` */
export function duration(seconds: number): string {
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}

/** The largest finite number of f32. */
export const largestF32 = 3.4028234663852886e38;

/** The shortest number that f32 rounds to the same: 0.1 for 0.10000000149011612. */
export function shortestF32(value: number): number {
  const rounded = Math.fround(value);
  const digits = Array.from({ length: 8 }, (_, i) => Number(value.toPrecision(i + 1)));
  // Rounded up, the largest of f32 is none of f32 any more.
  return digits.find((found) => Math.fround(found) === rounded && Math.abs(found) <= largestF32) ?? value;
}
