"""What lives from step to step in a phase: parameters, the buffers of the optimizer and of the method, masks."""

import torch

from .groups import GroupSet
from .methods import METHODS, Method
from .optimizers import OPTIMIZERS, clip


class Trained:
    """A parameter of the network that is trained."""

    def __init__(self, name, live, decays, optimizer):
        self.name = name
        #: What the network reads. Where the optimizer looks ahead that is `point` during a step, and the value outside of steps.
        self.live = live
        self.value = live.data.clone() if optimizer.looks_ahead else live.data
        self.decays = decays
        self.optimizer = optimizer
        self.buffers = {buffer: torch.zeros_like(live.data) for buffer in optimizer.buffers}
        self.mask = None
        self.gradient = None

    @property
    def point(self):
        """Where the gradient is taken."""
        return self.live.data

    def look_ahead(self):
        if self.optimizer.looks_ahead:
            self.live.data.copy_(self.optimizer.point(self.value, self.buffers))

    def step(self, rate, number):
        self.optimizer.step(self.value, self.point, self.gradient, self.buffers, rate, number, self.decays)

    def descend(self, rate, number):
        return self.optimizer.descend(self.value, self.point, self.gradient, self.buffers, rate, number, self.decays)

    def settle(self, mapped):
        self.optimizer.settle(self.value, mapped, self.buffers)

    def finish(self):
        """Keeps zero what is masked, and shows the network the new value."""
        if self.mask is not None:
            for tensor in (self.value, *self.buffers.values()):
                tensor.mul_(self.mask)
        if self.optimizer.looks_ahead:
            self.live.data.copy_(self.value)


class PhaseState:
    """All tensors of a phase, over the network as it is; buffers begin as zeros, and everything may live."""

    def __init__(self, plan, network, spec, device):
        parameters = plan['network']['parameters']
        attribute = {parameter['name']: parameter['attribute'] for parameter in parameters}
        optimizer = OPTIMIZERS[spec['optimizer']['name']](spec['optimizer']['settings'])
        self.spec = spec
        self.trained = [Trained(parameter['name'], getattr(network, attribute[parameter['name']]), parameter['decay'], optimizer) for parameter in parameters if parameter['role'] == 'trained']
        #: Every parameter of the network by name, as it is outside of steps.
        self.values = {name: getattr(network, attribute[name]).data for name in attribute}
        self.values.update({parameter.name: parameter.value for parameter in self.trained})
        all_sets = [GroupSet(groups, device) for groups in plan['sets']]
        self.all_sets = all_sets
        #: Those that are penalised in the phase, in the order of treatment.
        self.sets = all_sets if spec['penalizes'] else []
        self.chains = [[[all_sets[i] for i in chain] for chain in chains] for chains in plan['chains']] if spec['penalizes'] else []
        #: By the name of each parameter with penalised groups, the layer of the first penalty that has it.
        self.penalized = {}
        for groups in self.sets:
            for member in groups.members:
                self.penalized.setdefault(member.parameter, groups.layer)
        self.method = METHODS[plan['method']](plan['methodSettings']) if spec['penalizes'] else Method({})
        self.channels = plan['network']['channels']
        if spec['masks'] and any(phase['penalizes'] for phase in plan['phases']):
            masked = {member.parameter for groups in all_sets for member in groups.members}
            for parameter in self.trained:
                if parameter.name in masked:
                    parameter.mask = torch.ones_like(parameter.value)
        self._beside = {}
        for name in self.penalized:
            for buffer in self.method.buffers:
                like = self.values[name]
                self._beside[f'{name}.{buffer}'] = like.new_zeros(1) if buffer == 'rho' else torch.zeros_like(like)

    def beside(self, name, buffer):
        """What the method has beside a parameter."""
        return self._beside[f'{name}.{buffer}']

    def look_ahead(self):
        for parameter in self.trained:
            parameter.look_ahead()

    @torch.no_grad()
    def step(self, rate, number):
        """Takes a step along the gradients that the network holds. `number`: of the step in its phase, from 1."""
        for parameter in self.trained:
            parameter.gradient = parameter.live.grad
        if 'clipGradients' in self.spec:
            for parameter in self.trained:
                if parameter.mask is not None:
                    parameter.gradient.mul_(parameter.mask)
            clip([parameter.gradient for parameter in self.trained], self.spec['clipGradients'])
        self.method.step(self, rate, number)
        for parameter in self.trained:
            parameter.finish()

    @torch.no_grad()
    def mask(self, dead):
        """Masks groups, and makes them and their buffers zero. `dead`: bool [count] by set."""
        masks = {parameter.name: parameter for parameter in self.trained if parameter.mask is not None}
        for groups, flags in zip(self.all_sets, dead):
            for member in groups.members:
                parameter = masks[member.parameter]
                parameter.mask.mul_(member.each((~flags).to(parameter.mask.dtype), parameter.mask.shape, 1))
        for parameter in masks.values():
            parameter.finish()

    def mask_zeros(self):
        """Groups that are zero as a phase with masks begins stay so."""
        if any(parameter.mask is not None for parameter in self.trained):
            self.mask([groups.norms(self.values) <= 0 for groups in self.all_sets])

    def tensors(self):
        """Everything by the name that checkpoints know it by."""
        found = {**self.values, **self._beside}
        for parameter in self.trained:
            found.update({f'{parameter.name}.{buffer}': tensor for buffer, tensor in parameter.buffers.items()})
            if parameter.mask is not None:
                found[f'{parameter.name}.mask'] = parameter.mask
        return found

    @torch.no_grad()
    def load(self, tensors):
        """Takes on arrays by name, as far as they are given."""
        for name, tensor in self.tensors().items():
            if name in tensors:
                tensor.copy_(torch.from_numpy(tensors[name].copy()))
        for parameter in self.trained:
            parameter.finish()

    def counts(self):
        """How many groups of each set are alive, as a line of metrics has it."""
        return [{'layer': groups.layer, 'structure': groups.structure, 'alive': int(groups.alive(self.values).sum()), 'total': groups.count} for groups in self.all_sets]
