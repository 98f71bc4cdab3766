// What processor times were taken on, with the design of its cores. Brands do not tell: an "AMD EPYC" of a cloud may be any of four, and the same
// module is a third faster on one than on another.

import { existsSync, readFileSync } from 'node:fs';
import { cpus } from 'node:os';

const CPU_INFO = '/proc/cpuinfo';

export interface Processor {
  /** What it calls itself. */
  readonly brand: string;
  /** Such as `Zen 5 (family 26, model 2)`; the brand where no more is told, as on Apple's, whose brands do tell. */
  readonly core: string;
}

export function processorHere(): Processor {
  const listed = existsSync(CPU_INFO) ? readFileSync(CPU_INFO, 'utf8') : windowsInfo(process.env['PROCESSOR_IDENTIFIER'] ?? '');
  const brand = cpus()[0]?.model.trim() ?? 'an unknown processor';
  return { brand, core: coreOf(listed) ?? brand };
}

export function processorText({ brand, core }: Processor): string {
  return brand === core ? brand : `${brand}, ${core}`;
}

/** `AMD64 Family 25 Model 33 Stepping 2, AuthenticAMD` */
function windowsInfo(identifier: string): string {
  const [, family, model, vendor] = /Family (\d+) Model (\d+) .*, (\w+)/.exec(identifier) ?? [];
  return family === undefined ? '' : `vendor_id : ${vendor}\ncpu family : ${family}\nmodel : ${model}\n`;
}

interface Design {
  readonly name: string;
  readonly vendor: string;
  readonly family: number;
  /** First and last numbers. */
  readonly models: readonly (readonly [first: number, last: number])[];
}

const AMD = 'AuthenticAMD';
const INTEL = 'GenuineIntel';

const designs: readonly Design[] = [
  { name: 'Zen', vendor: AMD, family: 23, models: [[0x00, 0x2f]] },
  { name: 'Zen 2', vendor: AMD, family: 23, models: [[0x30, 0xff]] },
  { name: 'Zen 4', vendor: AMD, family: 25, models: [[0x10, 0x1f], [0x60, 0x7f], [0xa0, 0xaf]] },
  { name: 'Zen 3', vendor: AMD, family: 25, models: [[0x00, 0x0f], [0x20, 0x5f]] },
  { name: 'Zen 5', vendor: AMD, family: 26, models: [[0x00, 0x2f], [0x40, 0x4f], [0x60, 0x7f]] },
  { name: 'Skylake', vendor: INTEL, family: 6, models: [[78, 78], [85, 85], [94, 94], [142, 142], [158, 158]] },
  { name: 'Sunny Cove', vendor: INTEL, family: 6, models: [[106, 106], [108, 108], [125, 126]] },
  { name: 'Golden Cove', vendor: INTEL, family: 6, models: [[143, 143], [151, 151], [154, 154]] },
];

/** Of ARM's own. */
const armParts: Readonly<Record<string, string>> = { '0xd08': 'Cortex-A72', '0xd0b': 'Cortex-A76', '0xd0c': 'Neoverse N1', '0xd40': 'Neoverse V1', '0xd49': 'Neoverse N2', '0xd4f': 'Neoverse V2' };

/**
 * @param info The text of /proc/cpuinfo.
 * @returns `Zen 5 (family 26, model 2)`, without the name where it is not known; undefined where nothing is said.
 */
export function coreOf(info: string): string | undefined {
  const field = (name: string): string | undefined => new RegExp(`^${name}\\s*:\\s*(.+)$`, 'm').exec(info)?.[1]?.trim();
  const [vendor, family, model, part] = ['vendor_id', 'cpu family', 'model', 'CPU part'].map(field);
  if (part !== undefined) return armParts[part] ?? `ARM part ${part}`;
  if (family === undefined || model === undefined) return undefined;
  const numbers = `family ${family}, model ${model}`;
  const design = designs.find((each) => each.vendor === vendor && each.family === Number(family) && each.models.some(([first, last]) => first <= Number(model) && Number(model) <= last));
  return design ? `${design.name} (${numbers})` : numbers;
}
