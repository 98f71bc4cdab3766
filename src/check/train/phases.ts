// The phases of a train block. They run in the order baseline, sparsify, finetune, control; the later ones take batch,
// optimizer, rate and some options (phase-options.ts) from the baseline where they give none. A control trains for as
// many epochs as the phases that it is compared with, and keeps and stops as the last of them does.

import { present } from '../../base/invariant.ts';
import type { Span } from '../../base/span.ts';
import type { OptimizerSpec, PhaseKind, PhaseOptions, PhaseSpec, RateSchedule, TrainSpec } from '../../ir/network.ts';
import { phaseKinds, phaseTraits } from '../../ir/phase.ts';
import type { Section, TrainDeclaration } from '../../syntax/ast.ts';
import { optimizers, usualOptimizer } from '../../train/optimizers/index.ts';
import { bindSettings } from '../values/bind.ts';
import { reportTo, trainDiagnostics } from '../diagnostics.ts';
import type { Report } from '../diagnostics.ts';
import { augmentSection, isAugment } from './augment.ts';
import { checkOptimizer } from './optimizer.ts';
import { checkOptions, optionNames } from './phase-options.ts';
import { checkSchedule } from './schedule.ts';
import { readTrainValue } from './train-value.ts';
import type { TrainScope } from './train-value.ts';
import { count, extent } from '../values/values.ts';

const phaseSettings = ['epochs', 'batch', 'optimizer', 'rate', ...optionNames];
const DEFAULT_BATCH = 64;

/** Of a phase without epochs. */
const noSteps: RateSchedule = { kind: 'constant', rate: 0 };

/** All phases, or undefined where something of them has been reported. */
export function checkPhases(declaration: TrainDeclaration, scope: TrainScope): Pick<TrainSpec, 'phases' | 'batchSpans'> | undefined {
  const written = new Map<PhaseKind, Section>();
  for (const phase of declaration.entries) {
    if (phase.kind !== 'section' || isAugment(phase)) continue;
    const { span, text } = phase.name;
    const kind = phaseKinds.find((known) => known === text);
    const first = kind && written.get(kind);
    if (!kind) scope.report(trainDiagnostics['unknown-phase']({ span, args: [text], help: scope.report.advice.on('phase', text, [...phaseKinds, augmentSection]) }));
    else if (first) scope.report(trainDiagnostics['duplicate-phase']({ span, args: [text], related: [{ message: 'the first is here', span: first.name.span }] }));
    else written.set(kind, phase);
    const late = kind && [...written.keys()].find((before) => phaseKinds.indexOf(before) > phaseKinds.indexOf(kind));
    if (late && !first) scope.report(trainDiagnostics['phase-order']({ span, args: [text, late] }));
  }
  if (written.size === 0) {
    if (declaration.entries.some((entry) => entry.kind === 'section' && !isAugment(entry))) return undefined;
    return scope.report(trainDiagnostics['no-phase']({ span: declaration.dataset.span, args: [], help: 'for example `baseline { epochs = 12, rate = 0.01 }`' }));
  }
  const specs: PhaseSpec[] = [];
  const batchSpans = new Map<string, Span>();
  let inherited: Inherited = { batch: DEFAULT_BATCH, optimizer: usualOptimizer, options: {}, failed: false };
  for (const kind of phaseKinds) {
    const phase = written.get(kind);
    if (!phase) continue;
    const others = specs.filter((spec) => spec.kind !== 'baseline');
    const compared = others.reduce((sum, { epochs }) => sum + epochs, 0);
    const checked = checkPhase(kind, phase, phaseTraits[kind].compares ? { ...inherited, epochs: compared, compared: others.at(-1) ?? {} } : inherited, scope);
    if (kind === 'baseline') inherited = checked;
    if (checked.spec) specs.push(checked.spec);
    if (checked.batchSpan) batchSpans.set(kind, checked.batchSpan);
    if (checked.spec && phaseTraits[kind].compares && specs.length === written.size) checkComparison(phase.name, checked.spec.epochs, compared, scope.report);
  }
  return specs.length === written.size ? { phases: specs, batchSpans } : undefined;
}

/** @param compared Epochs of what it is compared with. */
function checkComparison({ span, text }: Section['name'], epochs: number, compared: number, report: Report): void {
  if (compared === 0) {
    report(trainDiagnostics['nothing-to-compare']({ span, args: [text], help: 'it trains the dense network for as long as `sparsify` and `finetune` train theirs: add these, or leave it out' }));
  } else if (epochs !== compared) {
    const help = `leave \`epochs\` out, and it trains for ${compared}`;
    report(trainDiagnostics['unequal-control']({ span, args: [text, epochs, compared], help, severity: 'warning' }));
  }
}

/** What the baseline gives to the later phases. */
interface Inherited {
  /** To a control, instead, the epochs of what it is compared with. */
  readonly epochs?: number;
  readonly batch: number;
  /** Where it is written; absent: nowhere. */
  readonly batchSpan?: Span;
  readonly optimizer: OptimizerSpec;
  readonly schedule?: RateSchedule;
  readonly options: PhaseOptions;
  /** To a control: the last of what it is compared with. */
  readonly compared?: PhaseOptions;
  /** Something of it has been reported, so that nothing is said to be missing later. */
  readonly failed: boolean;
}

function checkPhase(kind: PhaseKind, phase: Section, inherited: Inherited, scope: TrainScope): Inherited & { readonly spec?: PhaseSpec } {
  let failed = false;
  // Any error that is reported while this phase is read makes it fail.
  const watched: TrainScope = {
    ...scope,
    report: reportTo((diagnostic) => {
      failed ||= diagnostic.severity !== 'warning';
      scope.report(diagnostic);
    }, scope.report.advice),
  };
  const settings = bindSettings(phase.settings, phaseSettings, 'phase-setting', trainDiagnostics, watched.report);
  const epochsSetting = settings.get('epochs');
  const batchSetting = settings.get('batch');
  const optimizerSetting = settings.get('optimizer');
  const rateSetting = settings.get('rate');
  // A baseline of no epochs judges what the run starts from, and gives its settings to the others.
  const epochs = epochsSetting ? readTrainValue(epochsSetting.value, 'epochs', kind === 'baseline' ? extent : count, watched) : inherited.epochs;
  const batch = batchSetting ? readTrainValue(batchSetting.value, 'batch', count, watched) : inherited.batch;
  const written = optimizerSetting && checkOptimizer(optimizerSetting.value, watched);
  const rate = rateSetting && checkSchedule(rateSetting.value, watched);
  const schedule = rate ?? written?.schedule ?? inherited.schedule;

  const [stepping, taken] = [written?.optimizer.name, inherited.optimizer.name];
  if (stepping !== undefined && stepping !== taken && schedule && schedule === inherited.schedule) {
    const help = `a rate that suits one is far off for another: for example \`optimizer = ${optimizers[stepping].example}\``;
    scope.report(trainDiagnostics['rate-of-another']({ span: present(optimizerSetting, 'optimizer').span, args: [kind, stepping, taken], help, severity: 'warning' }));
  }
  const options = checkOptions(kind, settings, { baseline: inherited.options, compared: inherited.compared ?? {} }, epochs, watched);
  const lacks = (setting: string, help: string): undefined => watched.report(trainDiagnostics.missing({ span: phase.name.span, args: [kind, setting], help }));
  // A setting that was misspelt is not missing as well.
  const complete = !failed;
  if (complete && !epochsSetting && inherited.epochs === undefined) lacks('epochs', 'for example `epochs = 12`');
  if (complete && !schedule && epochs !== 0 && !inherited.failed) lacks('rate', 'for example `rate = 0.01`, or `optimizer = sgd(rate = 0.01, momentum = 0.9)`');
  const batchSpan = batchSetting?.span ?? inherited.batchSpan;
  const next = { batch: batch ?? inherited.batch, ...(batchSpan && { batchSpan }), optimizer: written?.optimizer ?? inherited.optimizer, ...(schedule && { schedule }), options, failed };
  if (failed || epochs === undefined || (!schedule && epochs > 0)) return next;
  return { ...next, spec: { kind, name: kind, epochs, batch: next.batch, schedule: schedule ?? noSteps, optimizer: next.optimizer, ...options } };
}
