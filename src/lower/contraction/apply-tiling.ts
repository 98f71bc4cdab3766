// The code of a tiling: loops around microkernels.
//
//   conv, 20 filters of 5 x 5 on 24 x 24 points:
//
//     repeat 24 (y)
//       repeat 8 (x): microkernel of 3 points by 3 vectors        filters 0..11
//     repeat 24 (y)
//       repeat 8 (x): microkernel of 3 points by 2 vectors        filters 12..19

import { invariant, present } from '../../base/invariant.ts';
import { int, intAdd, type KernelFunction, type Stmt, type TargetMachine } from '../../ir/kernel.ts';
import { accessNumber, writeNumber } from '../accesses/domain.ts';
import { loadOf, strideAlong, type Access, type ResolvedNest } from '../accesses/resolve.ts';
import { loopsOver, piecesOver, runsOf, type Loop, type PieceWalk, type Run } from '../code/loops.ts';
import { blocks, evenPieces, type Piece } from '../code/pieces.ts';
import { pointerOf, rootScope, type PlacedDomain, type Scope } from '../code/scope.ts';
import { bestShares, pointsOfNest, sharesAlong, type Shares } from '../code/shares.ts';
import { codeOfTasks, type NestFunctions } from '../code/tasks.ts';
import { fillsVectors } from '../layouts/padding.ts';
import type { Constants } from '../memory/constant-pool.ts';
import type { Tiling } from '../schedule/schedule.ts';
import { trimOf, type Contraction } from './contraction.ts';
import { finishAt, finishLoads, type OperandPlace } from './finish.ts';
import { microkernel, type Microkernel, type Steps } from './microkernel.ts';
import { packWeights } from './pack-weights.ts';
import type { StepBlocks } from './step-blocks.ts';
import { walkOf } from './steps.ts';
import type { StepPart } from './trim-steps.ts';

/** A task's part of the loops: of one axis some points, or pieces of one run. */
interface Part extends Shares {
  readonly run?: Run<Piece>;
}

/** @param cutFrom Points of a nest from which on its loops are cut into tasks. */
export function applyTiling(name: string, unpacked: PlacedDomain, contraction: Contraction, schedule: Tiling, machine: TargetMachine, constants: Constants, cutFrom: number): NestFunctions {
  const { a, b, vectorAxis, tileAxis, vectors, points, steps, around: { outer, sequential, inner } } = contraction;
  const vectorBlocks = blocks(vectors, schedule.vectors);
  const isPacked = loadOf(unpacked.nest, b).data !== undefined;
  const domain = isPacked ? packWeights(unpacked, contraction, { axesAround: [...outer, ...sequential], vectorBlocks, width: machine.width }, constants) : unpacked;
  const { nest } = domain;
  const extentOf = (axis: number): number => present(nest.axes[axis], 'axis').extent;
  const lastLanes = lanesOfLastVector(domain, contraction, machine.width);
  const unroll = schedule.unroll ?? 1;
  const trim = trimOf(unpacked, contraction, unroll);

  const kernels = new Map<string, KernelFunction>();
  const kernelFor = (tilePoints: number, blockVectors: number, isLast: boolean, keep: boolean, walk: Steps): KernelFunction => {
    const lanes = isLast ? lastLanes : undefined;
    const key = `${tilePoints}x${blockVectors}${lanes === undefined ? '' : `_${lanes}`}${keep ? '_on' : ''}`;
    const made = kernels.get(key) ?? microkernel(microkernelOf(`${name}_${key}`, tilePoints, blockVectors, lanes, keep, walk, nest, contraction, machine), machine);
    kernels.set(key, made);
    return made;
  };

  const numbers = [accessNumber(a), accessNumber(b), writeNumber, ...finishLoads(nest).map(accessNumber)];
  const inBlocks: PieceWalk<Piece> = { axis: vectorAxis, pieces: vectorBlocks, points: machine.width, lastAlone: lastLanes !== undefined };
  const inTiles = { axis: tileAxis, pieces: evenPieces(points, schedule.points), points: 1, lastAlone: false };
  const order = [...inner.slice(0, 1), ...sequential, ...inner.slice(1)];
  const trimmedAt = trim ? order.indexOf(trim.axis) : order.length;
  invariant(trimmedAt >= 0, 'the points of an inner axis are trimmed');
  const inParts: PieceWalk<StepPart> | undefined = trim && { axis: trim.axis, pieces: trim.parts, points: 1, lastAlone: false };
  const tilesOver = (scope: Scope, block: Piece, isLast: boolean, keep: boolean, part: StepPart | undefined): Stmt[] => {
    const walk = walkOf(steps, isPacked ? block.size * machine.width : undefined, part !== undefined, unroll, constants);
    invariant(!part || walk.kind === 'table', 'parts are of a table');
    const span = part && walk.kind === 'table' ? { b: part.first * walk.bStep, first: walk.table + part.first, end: walk.table + part.end } : undefined;
    const pointers = new Map(scope.pointers);
    if (span) pointers.set(accessNumber(b), intAdd(pointerOf(scope, accessNumber(b)), int(span.b * machine.unit)));
    return piecesOver(inTiles, { ...scope, pointers }, (entered, piece) => [
      {
        kind: 'call',
        callee: kernelFor(piece.size, block.size, isLast, keep, walk),
        args: [...numbers.map((number) => pointerOf(entered, number)), ...(span ? [int(span.first * machine.unit), int(span.end * machine.unit)] : [])],
      },
    ]);
  };

  // A block of weights stays in the cache for all points of the axes inside it.
  const loops = (root: Scope, part: Part | undefined): Stmt[] => {
    const loopOf = (axis: number): Loop => ({ axis, count: axis === part?.axis ? part.points : extentOf(axis), points: 1 });
    const piecesOf = <P extends Piece>(walk: PieceWalk<P>, scope: Scope, content: (scope: Scope, piece: P, isLast: boolean) => Stmt[]): Stmt[] =>
      // Only a run of this very walk is of its axis.
      part?.run && part.axis === walk.axis ? content(scope, part.run.piece as P, part.run.isLast) : piecesOver(walk, scope, content);
    const partsOver = (scope: Scope, content: (scope: Scope, part: StepPart | undefined) => Stmt[]): Stmt[] => (inParts ? piecesOf(inParts, scope, content) : content(scope, undefined));
    return loopsOver(outer.map(loopOf), root, (outerScope) =>
      stepsOver(steps.kind === 'nested' ? steps.around : [], nest.initial === 'keep', outerScope, (stepScope, keep) =>
        piecesOf(inBlocks, stepScope, (blockScope, block, isLast) =>
          loopsOver(order.slice(0, trimmedAt).map(loopOf), blockScope, (outside) =>
            partsOver(outside, (partScope, stepPart) =>
              loopsOver(order.slice(trimmedAt + 1).map(loopOf), partScope, (inside) => tilesOver(inside, block, isLast, keep, stepPart)),
            ),
          ),
        ),
      ),
    );
  };
  const partsOf = <P extends Piece>(walk: PieceWalk<P>, costOf: (piece: P) => number): readonly Part[] =>
    runsOf(walk).map((run): Part => ({ axis: present(walk.axis, 'axis'), first: run.first * walk.points, points: run.piece.size * walk.points, tasks: run.times, cost: costOf(run.piece), run }));
  const alongRows = (): readonly Part[] => {
    const [axis] = order;
    if (axis === undefined || sequential.length > 0) return [];
    return axis === inParts?.axis ? partsOf(inParts, ({ first, end }) => end - first) : sharesAlong(nest, axis, extentOf(axis), 1);
  };
  // Blocks of vectors come first: a thread then fetches no weights but those of its tasks.
  const isCut = steps.kind === 'listed' && pointsOfNest(nest) >= cutFrom;
  const parts = isCut ? bestShares([partsOf(inBlocks, ({ size }) => size), alongRows()]) : [];
  const tasks = codeOfTasks(name, parts, (builder, task) => rootScope(domain, numbers, task, { machine, builder, constants }), loops);
  return { functions: [...kernels.values(), ...tasks.functions], items: tasks.items };
}

/** Walks blocks of steps. All but the first go on from what is there; `keep` says whether that does too. */
function stepsOver([blocks, ...inner]: readonly StepBlocks[], keep: boolean, scope: Scope, body: (scope: Scope, keep: boolean) => Stmt[]): Stmt[] {
  if (!blocks) return body(scope, keep);
  const { axis, points, count } = blocks;
  const pieces = keep ? [{ size: points, count, keep }] : [{ size: points, count: 1, keep }, { size: points, count: count - 1, keep: true }];
  return piecesOver({ axis, pieces, points: 1, lastAlone: false }, scope, (entered, piece) => stepsOver(inner, piece.keep, entered, body));
}

/** Lanes of the last vector that may be stored; undefined: all, because padding takes the zeros of the others. */
function lanesOfLastVector({ nest, taskFactor }: PlacedDomain, { vectorAxis, vectors }: Contraction, width: number): number | undefined {
  const rest = present(nest.axes[vectorAxis], 'axis').extent % width;
  // What lies after the part of a task belongs to the next task.
  return rest === 0 || (!taskFactor.has(vectorAxis) && fillsVectors(nest, vectorAxis, vectors * width)) ? undefined : rest;
}

function microkernelOf(name: string, points: number, vectors: number, lastLanes: number | undefined, keep: boolean, steps: Steps, nest: ResolvedNest, contraction: Contraction, machine: TargetMachine): Microkernel {
  const { width, unit } = machine;
  const { a, vectorAxis, tileAxis } = contraction;
  const tileStride = (access: Access): number => (tileAxis === undefined ? 0 : present(strideAlong(access, tileAxis), 'tile stride'));
  const loads = finishLoads(nest);
  const finish: Microkernel['finish'] = (accumulator, pointers, p, v, builder) => {
    const placeOf = (access: Access): OperandPlace => {
      const stride = strideAlong(access, vectorAxis) ?? NaN;
      return { stride, offset: (p * tileStride(access) + v * width * stride) * unit };
    };
    return finishAt(nest, accumulator, { loads, pointers, placeOf }, builder, machine);
  };
  return {
    name,
    points,
    vectors,
    aStride: tileStride(loadOf(nest, a).access),
    outStride: tileStride(nest.write),
    steps,
    keep,
    lastLanes,
    extras: loads.map((_, i) => `extra${i}`),
    finish,
  };
}
