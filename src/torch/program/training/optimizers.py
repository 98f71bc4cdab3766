"""Optimizers: how a parameter is stepped along its gradient.

A step comes in two forms. Where nothing follows it, `step` changes the value and its buffers. Where a method maps the new value
(the proximal map of penalties), `descend` answers what is to be mapped, and `settle` makes the buffers of what the map has left.
"""

import math

import torch


class Sgd:
    """Gradient descent with momentum and weight decay.

        m' = momentum * m - rate * (g + decay * w),  w' = w + m'

    Before a map: u = w + momentum * m - rate * (g + decay * w), and then m' = w' - w. With `nesterov` the gradient is taken, and
    weights decay, at y = w + momentum * m (Nesterov, 1983): u = y - rate * (g + decay * y), m' = w' - w.
    """

    buffers = ('momentum',)

    def __init__(self, settings):
        self.momentum, self.decay, self.looks_ahead = settings['momentum'], settings['decay'], settings['nesterov']

    def point(self, value, buffers):
        """Where the gradient is taken."""
        return value + self.momentum * buffers['momentum']

    def step(self, value, point, gradient, buffers, rate, number, decays):
        if self.looks_ahead:
            self.settle(value, self.descend(value, point, gradient, buffers, rate, number, decays), buffers)
            return
        if decays and self.decay:
            gradient = gradient.add(value, alpha=self.decay)
        value.add_(buffers['momentum'].mul_(self.momentum).add_(gradient, alpha=-rate))

    def descend(self, value, point, gradient, buffers, rate, number, decays):
        if decays and self.decay:
            gradient = gradient.add(point, alpha=self.decay)
        moved = point if self.looks_ahead else value.add(buffers['momentum'], alpha=self.momentum)
        return moved.sub(gradient, alpha=rate)

    def settle(self, value, mapped, buffers):
        """Takes on what a map has made of `descend`."""
        torch.sub(mapped, value, out=buffers['momentum'])
        value.copy_(mapped)


class Adam:
    """Adam (Kingma and Ba, 2015) with decoupled weight decay (Loshchilov and Hutter, 2019).

        m' = beta1 * m + (1 - beta1) * g,  v' = beta2 * v + (1 - beta2) * g^2
        w' = w - rate * (m' / (1 - beta1^t) / (sqrt(v' / (1 - beta2^t)) + epsilon) + decay * w)

    where t counts the steps of the phase, from 1. The moments are those of gradients, whatever a map makes of the step.
    """

    buffers = ('first_moment', 'second_moment')
    looks_ahead = False

    def __init__(self, settings):
        self.beta1, self.beta2, self.epsilon, self.decay = (settings[name] for name in ('beta1', 'beta2', 'epsilon', 'decay'))

    def step(self, value, point, gradient, buffers, rate, number, decays):
        self.settle(value, self.descend(value, point, gradient, buffers, rate, number, decays), buffers)

    def descend(self, value, point, gradient, buffers, rate, number, decays):
        first, second = buffers['first_moment'], buffers['second_moment']
        first.mul_(self.beta1).add_(gradient, alpha=1 - self.beta1)
        second.mul_(self.beta2).addcmul_(gradient, gradient, value=1 - self.beta2)
        scale = second.sqrt().mul_(1 / math.sqrt(1 - self.beta2**number)).add_(self.epsilon)
        stepped = value.addcdiv(first, scale, value=-rate / (1 - self.beta1**number))
        return stepped.sub_(value, alpha=rate * self.decay) if decays and self.decay else stepped

    def settle(self, value, mapped, buffers):
        value.copy_(mapped)


OPTIMIZERS = {'sgd': Sgd, 'adam': Adam}


def clip(gradients, limit):
    """Brings the norm of all gradients together down to `limit` (Pascanu et al., 2013); one that is not finite is left as it is."""
    square = sum(gradient.square().sum() for gradient in gradients)
    norm = float(square.sqrt())
    if limit < norm < math.inf:
        for gradient in gradients:
            gradient.mul_(limit / norm)
