"""Methods: how a phase that penalises brings groups of weights to zero.

A method acts in each step (`step`), and outside of them as its phase begins, after so many steps, and as it ends. What it makes
zero for good is masked: the mask of a parameter has 1 where it may live.
"""

import math
from dataclasses import dataclass

import torch

from . import channels
from .schedule import round_at


@dataclass
class Moment:
    """What a method is told when it acts outside of steps."""

    state: object
    settings: dict
    phase: object
    #: Of the last step.
    rate: float
    #: Steps of the phase that are done.
    done: int

    @property
    def epochs_done(self):
        return self.done // max(1, self.phase.steps_per_epoch)

    def round_begun(self):
        """The round of the epoch that comes next."""
        return round_at(self.settings.get('rounds', 1), self.phase.epochs, self.epochs_done)

    def round_trained(self):
        """The round of the epoch that has just been trained."""
        return round_at(self.settings.get('rounds', 1), self.phase.epochs, max(0, self.epochs_done - 1))


class Method:
    """A step of the optimizer, without more."""

    #: Tensors that each penalised parameter has beside it, which lie in checkpoints.
    buffers = ()

    def __init__(self, settings):
        self.settings = settings

    def step(self, state, rate, number):
        for parameter in state.trained:
            parameter.step(rate, number)

    def begin(self, moment):
        """Before the first step of a phase that penalises."""

    def interval(self, phase):
        """Steps from one `between` to the next."""
        return math.inf

    def between(self, moment):
        """Answers how far each layer is from what the method splits it into; None where that is not known now."""

    def end(self, moment):
        """Behind the last step of a phase that penalises."""


class Proximal(Method):
    """Where the optimizer's step leads, the proximal map of rate * penalties: exact zeros, no threshold.

    Near zero the noise of single batches lifts a group off again and again. Every 100 steps a group is therefore held at zero for
    good if the penalty alone would bring it there before the next look: ||w_g|| <= 100 * rate * lambda * weight(g).
    """

    INTERVAL = 100
    #: Of Dykstra's algorithm, where groups cross.
    ROUNDS = 8

    def step(self, state, rate, number):
        penalized = state.penalized
        iterates = {}
        for parameter in state.trained:
            if parameter.name in penalized:
                iterates[parameter.name] = parameter.descend(rate, number)
            else:
                parameter.step(rate, number)
        for chains in state.chains:
            if len(chains) == 1:
                self.map_chain(chains[0], iterates, rate)
            else:
                self.converge(chains, iterates, rate)
        for parameter in state.trained:
            if parameter.name in penalized:
                parameter.settle(iterates[parameter.name])

    def map_chain(self, chain, iterates, rate):
        """Shrinks groups set after set; exact for groups that lie in one another (Jenatton et al., 2011). Answers their factors."""
        return [self.shrink(groups, iterates, rate) for groups in chain]

    def shrink(self, groups, iterates, rate):
        """x_g <- x_g * max(0, 1 - rate * lambda * weight(g) / ||x_g||)"""
        squares = groups.squares(iterates)
        factors = torch.where(squares > 0, (1 - rate * groups.threshold / squares.sqrt()).clamp(min=0), torch.zeros_like(squares))
        self.scale(groups, iterates, factors)
        return factors

    def scale(self, groups, iterates, factors):
        for member in groups.members:
            value = iterates[member.parameter]
            iterates[member.parameter] = value * member.each(factors, value.shape, 1)

    def converge(self, chains, iterates, rate):
        """Rounds of Dykstra's algorithm through chains that cross (Bauschke and Combettes, 2008): r = x + u, x <- map(r), u <- r - x.

        A group that the last map of its chain has made zero is zero at the optimum, by complementary slackness, and is set to it.
        """
        duals = [{} for _ in chains]
        for turn in range(self.ROUNDS):
            factors = []
            for chain, own in zip(chains, duals):
                names = {member.parameter for groups in chain for member in groups.members}
                before = {name: iterates[name] + own[name] if name in own else iterates[name] for name in names}
                iterates.update(before)
                factors.append(self.map_chain(chain, iterates, rate))
                if turn < self.ROUNDS - 1:
                    own.update({name: before[name] - iterates[name] for name in names})
        for chain, of_chain in zip(chains[:-1], factors[:-1]):
            for groups, left in zip(chain, of_chain):
                self.scale(groups, iterates, (left > 0).to(left.dtype))

    def interval(self, phase):
        return self.INTERVAL

    def between(self, moment):
        state = moment.state
        # Structures that cross are judged by the same weights.
        state.mask([groups.norms(state.values) <= self.INTERVAL * moment.rate * groups.threshold for groups in state.sets])


class Subgradient(Method):
    """g + lambda * weight(g) * w / ||w_g||, then the optimizer's step, then |w'| < 1e-4 is zero: as the authors' Caffe branch has it."""

    ZERO_BELOW = 1e-4

    def step(self, state, rate, number):
        trained = {parameter.name: parameter for parameter in state.trained}
        for groups in state.sets:
            norms = groups.squares(state.values).sqrt()
            shares = torch.where(norms > 0, groups.threshold / norms, torch.zeros_like(norms))
            for member in groups.members:
                value = state.values[member.parameter]
                trained[member.parameter].gradient.add_(value * member.each(shares, value.shape, 0))
        for parameter in state.trained:
            parameter.step(rate, number)
            if parameter.name in state.penalized:
                parameter.value.mul_(parameter.value.abs() >= self.ZERO_BELOW)


class Budgets(Method):
    """What methods share that keep so many groups of each set."""

    def kept_in(self, current):
        """How many groups a round leaves of a set."""
        return lambda groups: current.kept(groups.count, groups.keep)

    def project(self, state, values, salience, kept):
        """Makes zero, in `values`, all groups beyond the budgets; answers which those are, by set.

        Of each set the groups of largest salience stay. Sets come one after the other in the order of the network, and what is
        zero counts as zero in the next, as does what a weight has on a channel that no longer varies.
        """
        least = {}

        def settle(groups):
            flags = groups.least(salience(groups, values), kept(groups))
            least[groups] = flags
            for member in groups.members:
                value = values[member.parameter]
                value.mul_(member.each((~flags).to(value.dtype), value.shape, 1))

        def before(layer, unread):
            of_layer = [groups for groups in state.sets if groups.layer == layer and groups not in least]
            if of_layer:
                unread()
                for groups in of_layer:
                    settle(groups)

        everything = {name: values[name] if name in values else value.clone() for name, value in state.values.items()}
        channels.walk(state.channels, everything, before)
        for groups in state.sets:
            if groups not in least:
                settle(groups)
        return [least[groups] for groups in state.sets]

    def copies(self, state):
        """The penalised weights in 64 bits, not to be changed where they are held."""
        return {name: state.values[name].to(torch.float64, copy=True) for name in state.penalized}

    def prune(self, state, salience, kept):
        """Masks all but the largest groups of the weights."""
        state.mask(self.project(state, self.copies(state), salience, kept))


class Magnitude(Budgets):
    """The groups with the least sum of |w| go (Han et al., 2015; Mao et al., 2017), at once or in rounds with training between them."""

    def _prune(self, moment, kept):
        self.prune(moment.state, lambda groups, values: groups.magnitudes(values), kept)

    def begin(self, moment):
        self._prune(moment, self.kept_in(moment.round_begun()))

    def interval(self, phase):
        return phase.steps_per_epoch

    def between(self, moment):
        current = moment.round_begun()
        if moment.done < moment.phase.steps and current.begins == moment.epochs_done:
            self._prune(moment, self.kept_in(current))

    def end(self, moment):
        self._prune(moment, lambda groups: groups.keep)


class Admm(Budgets):
    """The alternating direction method of multipliers (Boyd et al., 2011; StructADMM, Zhang et al., 2018).

        steps      g' = g + rho * (W - Z + U), then as unpenalised
        between    Z <- projection of W + U onto the budgets,  U <- (U + W - Z) / growth,  rho <- growth * rho
        end        W <- its projection; what is zero is masked from then on

    In several rounds each has tighter budgets. A round but the last prunes after the first half of its epochs, and trains what is
    left without a pull in the others.
    """

    buffers = ('split', 'dual', 'rho')

    def step(self, state, rate, number):
        for parameter in state.trained:
            if parameter.name in state.penalized:
                split, dual, rho = (state.beside(parameter.name, buffer) for buffer in self.buffers)
                parameter.gradient.add_((parameter.point - split + dual) * rho)
            parameter.step(rate, number)

    @staticmethod
    def norms(groups, values):
        return groups.norms(values)

    def begin(self, moment):
        state = moment.state
        nearest = self.copies(state)
        self.project(state, nearest, self.norms, self.kept_in(moment.round_begun()))
        for name in state.penalized:
            state.beside(name, 'split').copy_(nearest[name])
            state.beside(name, 'dual').zero_()
            state.beside(name, 'rho').fill_(self.settings['rho'])

    def interval(self, phase):
        return phase.steps_per_epoch

    def between(self, moment):
        current, phase = moment.round_trained(), moment.phase
        is_last = current.number == current.of
        epoch = moment.epochs_done - current.begins
        pulled = current.epochs if is_last else current.epochs - current.epochs // 2
        residuals = self.update(moment, current) if epoch <= pulled and epoch % self.settings['every'] == 0 else None
        if not is_last and epoch == pulled:
            self.prune(moment.state, self.norms, self.kept_in(current))
            for name in moment.state.penalized:
                moment.state.beside(name, 'rho').zero_()
        if epoch == current.epochs and moment.done < phase.steps:
            self.begin(moment)
        return residuals

    def update(self, moment, current):
        """The next Z, U and rho; answers the residuals of layers (Boyd et al., 2011, section 3.3), by the rho of the steps before."""
        state, growth = moment.state, self.settings['growth']
        nearest = {name: state.values[name].double() + state.beside(name, 'dual').double() for name in state.penalized}
        self.project(state, nearest, self.norms, self.kept_in(current))
        squares = {}
        for name, layer in state.penalized.items():
            value, split, dual, rho = state.values[name].double(), *(state.beside(name, buffer) for buffer in self.buffers)
            apart = value - nearest[name]
            moved = (nearest[name] - split.double()) * float(rho)
            primal, dual_residual = squares.get(layer, (0, 0))
            squares[layer] = (primal + float(apart.square().sum()), dual_residual + float(moved.square().sum()))
            dual.copy_((dual.double() + apart) / growth)
            split.copy_(nearest[name])
            rho.mul_(growth)
        return [{'layer': layer, 'primal': math.sqrt(primal), 'dual': math.sqrt(dual)} for layer, (primal, dual) in squares.items()]

    def end(self, moment):
        self.prune(moment.state, self.norms, lambda groups: groups.keep)


METHODS = {'proximal': Proximal, 'subgradient': Subgradient, 'magnitude': Magnitude, 'admm': Admm}
