"""What a run tells in its files: a line of metrics.jsonl for each epoch, and summary.json in the end.

What is left of the network is not counted here: `ssl-compile explain` and `report` count it from the weights.
"""

import math

from . import evaluation, statistics


def task_of(run):
    """Absent where it is the usual one."""
    return {} if run.task == 'classify' else {'task': run.task}


def metrics_line(run, held, phase, epoch, held_out, residuals, is_judged, stops):
    state, seen = run.state, phase.steps_per_epoch * phase.batch
    sums = state['sums']
    return {
        **task_of(run),
        'phase': phase.name,
        'epoch': epoch + 1,
        'epochs': phase.epochs,
        'step': state['step'],
        'totalSteps': run.total_steps,
        'rate': phase.rate_at(state['step'] - 1 - phase.first_step),
        'training': {'loss': sums['loss'] / seen, 'error': evaluation.error_of(run.task, sums['loss'], sums['correct'], seen)},
        **({} if held_out is None else {'heldOut': held_out}),
        **({'best': state['best']['epoch']} if is_judged else {}),
        **({'stopped': True} if stops else {}),
        'groups': held.counts(),
        **({} if residuals is None else {'residuals': residuals}),
        'seconds': run.seconds(),
    }


def summary_of(run):
    """Of a run whose network has the weights that it has ended with."""
    plan, state = run.plan, run.state
    product = run.phases[plan['product']]
    names = plan['network'].get('labels') or (run.dataset.labels if run.task == 'classify' else None)
    return {
        'network': plan['network']['name'],
        **task_of(run),
        'dataset': run.dataset.name,
        **({'labels': list(names)} if names else {}),
        'samples': 'bytes' if run.dataset.are_bytes else 'floats',
        'chance': statistics.chance(run.dataset.test.labels, math.prod(plan['network']['output'])),
        'seed': plan['seed'],
        **initial_of(run),
        'seconds': state['seconds'],
        'product': product.name,
        **{'control': phase.name for phase in run.phases if phase.spec['compares']},
        'epochs': {phase.name: epochs_behind(run, phase) for phase in run.phases},
        'error': state['error'],
        'heldOut': state['heldOut'],
        'stopped': state['stopped'],
        'kept': state['kept'],
        'evaluation': evaluation.judged(run, run.dataset.test, names),
    }


def initial_of(run):
    """What it began with; nothing where all was drawn from the seed."""
    if 'initial' not in run.plan:
        return {}
    fresh = [spec['name'] for spec in run.parameters if spec['role'] != 'measured' and spec['name'] not in run.given]
    return {'initial': {**run.plan['initial'], 'taken': len(run.given), 'fresh': fresh}}


def epochs_behind(run, phase):
    """Epochs of training that the weights at the end of a phase have had, in all phases on the way to them."""
    origin = phase.spec.get('origin')
    before = 0 if origin is None else epochs_behind(run, run.phases[origin])
    return before + run.state['kept'].get(phase.name, run.state['stopped'].get(phase.name, phase.epochs))
