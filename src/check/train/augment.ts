// `augment { pad = 4, mirror = true }`: how images are changed each time that they are trained on.

import { formatShape } from '../../base/tensor.ts';
import { onlyInput, onlyOutput } from '../../ir/network.ts';
import type { Augmentation, Network } from '../../ir/network.ts';
import type { Section, TrainDeclaration } from '../../syntax/ast.ts';
import { trainDiagnostics } from '../diagnostics.ts';
import { bindSettings } from '../values/bind.ts';
import { extentPair, flag } from '../values/values.ts';
import { readTrainValue } from './train-value.ts';
import type { TrainScope } from './train-value.ts';

/** What the section is called among the phases. */
export const augmentSection = 'augment';

const augmentSettings = ['pad', 'mirror'] as const;
const noPad = [0, 0] as const;

export function isAugment({ name }: Section): boolean {
  return name.text === augmentSection;
}

/** @param network Undefined: it has been reported. @returns Undefined where nothing is changed. */
export function checkAugment({ entries }: TrainDeclaration, network: Network | undefined, scope: TrainScope): Augmentation | undefined {
  const { report } = scope;
  const [section, second] = entries.filter((entry) => entry.kind === 'section').filter(isAugment);
  if (!section) return undefined;
  const { span } = section.name;
  if (second) report(trainDiagnostics['duplicate-setting']({ span: second.name.span, args: [augmentSection], related: [{ message: 'first given here', span }] }));
  const settings = bindSettings(section.settings, augmentSettings, 'augment-setting', trainDiagnostics, report);
  const [padSetting, mirrorSetting] = [settings.get('pad'), settings.get('mirror')];
  const pad = padSetting ? readTrainValue(padSetting.value, 'pad', extentPair, scope) : noPad;
  const mirror = mirrorSetting ? readTrainValue(mirrorSetting.value, 'mirror', flag, scope) : false;
  const shape = network && onlyInput(network).shape;
  const answered = network && onlyOutput(network).shape;
  if (!scope.task.classes && answered && answered.length > 1) return report(trainDiagnostics['moved-images']({ span, args: [formatShape(answered)], help: 'leave it out' }));
  if (shape && shape.length !== 3) return report(trainDiagnostics['no-image']({ span, args: [formatShape(shape)], help: 'leave it out' }));
  if (!pad || mirror === undefined) return undefined;

  const [, rows = Infinity, columns = Infinity] = shape ?? [];
  if (padSetting && (pad[0] >= rows || pad[1] >= columns)) {
    const args = [written(pad), `${rows} x ${columns}`] as const;
    return report(trainDiagnostics['large-pad']({ span: padSetting.value.span, args: [...args], help: `at most ${written([rows - 1, columns - 1])}; usual is an eighth of the image` }));
  }
  if (pad[0] === 0 && pad[1] === 0 && !mirror) {
    // What was misspelt has been reported already.
    if (section.settings.length > settings.size) return undefined;
    return report(trainDiagnostics['nothing-to-augment']({ span, args: [], help: 'for example `augment { pad = 4, mirror = true }`', severity: 'warning' }));
  }
  return { pad, mirror };
}

function written([rows, columns]: Augmentation['pad']): string {
  return rows === columns ? String(rows) : `[${rows}, ${columns}]`;
}
