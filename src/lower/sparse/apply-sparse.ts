// The code of a sparse schedule: loops around microkernels, each of which walks the taps of a row.
//
//   conv, 384 filters of 3 x 3 on 13 x 13 points, few weights left:
//
//     repeat 5 (y)
//       repeat 384 (o): the taps of o; microkernel of 3 points by 4 vectors

import { present } from '../../base/invariant.ts';
import { get, int, intAdd, type Expr, type KernelFunction, type Stmt, type TargetMachine } from '../../ir/kernel.ts';
import { accessNumber, writeNumber } from '../accesses/domain.ts';
import { loadOf, strideAlong, type Access } from '../accesses/resolve.ts';
import { loopsOver, piecesOver, type Loop } from '../code/loops.ts';
import { evenPieces } from '../code/pieces.ts';
import { pointerOf, rootScope, type PlacedDomain, type Scope } from '../code/scope.ts';
import type { Shares } from '../code/shares.ts';
import { codeOfTasks, type NestFunctions } from '../code/tasks.ts';
import { finishAt, finishLoads, type OperandPlace } from '../contraction/finish.ts';
import type { Constants } from '../memory/constant-pool.ts';
import type { SparseTiling } from '../schedule/schedule.ts';
import { placeTaps, sharesOfRows, tapsOfRow } from './placed-taps.ts';
import { sparseMicrokernel } from './sparse-microkernel.ts';
import type { SparseSum } from './sparse-sum.ts';
import { tapRunsOf } from './tap-runs.ts';

/** @param cutFrom Points of a nest from which on its loops are cut into tasks. */
export function applySparse(name: string, domain: PlacedDomain, sum: SparseSum, schedule: SparseTiling, machine: TargetMachine, constants: Constants, cutFrom: number): NestFunctions {
  const { nest } = domain;
  const { b, vectorAxis, tileAxis, rowAxes, otherAxes } = sum;
  const { width, unit } = machine;
  const extentOf = (axis: number): number => present(nest.axes[axis], 'axis').extent;
  const lanes = extentOf(vectorAxis);
  const vectors = Math.ceil(lanes / width);
  const extras = finishLoads(nest);
  const tileStride = (access: typeof nest.write): number => (tileAxis === undefined ? 0 : present(strideAlong(access, tileAxis), 'tile stride'));
  const { access: spread } = loadOf(nest, b);
  const runs = sum.rows.map((row) => present(tapRunsOf(row, sum.window, tileStride(spread), schedule.run), 'runs of a schedule that fits'));
  const taps = placeTaps(runs, constants);

  const kernels = new Map<string, KernelFunction>();
  const kernelFor = (points: number, places: readonly number[]): KernelFunction => {
    const key = `${points}x${places.length}${places.every((place, v) => place === v * width) ? '' : '_last'}`;
    const made =
      kernels.get(key) ??
      sparseMicrokernel(
        {
          name: `${name}_${key}`,
          points,
          places,
          lanes: lanes < width ? lanes : undefined,
          spread: { point: tileStride(spread), lane: strideAlong(spread, vectorAxis) ?? NaN },
          out: { point: tileStride(nest.write), lane: strideAlong(nest.write, vectorAxis) ?? NaN },
          run: schedule.run,
          extras: extras.length,
          finish: (accumulator, pointers, p, place, builder) => {
            const placeOf = (access: Access): OperandPlace => {
              const stride = strideAlong(access, vectorAxis) ?? NaN;
              return { stride, offset: (p * tileStride(access) + place * stride) * unit };
            };
            return finishAt(nest, accumulator, { loads: extras, pointers, placeOf }, builder, machine);
          },
        },
        machine,
      );
    kernels.set(key, made);
    return made;
  };

  const numbers = [accessNumber(b), writeNumber, ...extras.map(accessNumber)];
  const inTiles = { axis: tileAxis, pieces: tileAxis === undefined ? [{ size: 1, count: 1 }] : evenPieces(extentOf(tileAxis), schedule.points), points: 1, lastAlone: false };
  // The last vector is moved back over the one before it, so that it is whole too.
  const inVectors = { axis: vectorAxis, pieces: evenPieces(vectors, schedule.vectors), points: width, lastAlone: lanes % width !== 0 };
  const back = lanes > width ? vectors * width - lanes : 0;
  const placesOf = (count: number, isLast: boolean): readonly number[] => {
    const places = Array.from({ length: count }, (_, v) => v * width);
    return isLast && count > 1 ? places.with(count - 1, (count - 1) * width - back) : places;
  };
  /** A vector that is a tile by itself is moved back with its pointers. */
  const movedBack = (scope: Scope, number: number): Expr => intAdd(pointerOf(scope, number), int(-back * (strideAlong(present(scope.accesses[number], 'access'), vectorAxis) ?? NaN) * unit));
  const loops = (root: Scope, share: Shares | undefined): Stmt[] => {
    const loopOf = (axis: number): Loop => ({ axis, count: axis === share?.axis ? share.points : extentOf(axis), points: 1 });
    return loopsOver(otherAxes.map(loopOf), root, (outside) =>
      piecesOver(inTiles, outside, (tile, points) =>
        loopsOver(rowAxes.filter((axis) => axis !== domain.task).map(loopOf), tile, (row): Stmt[] => {
          const { locals: { t, end, w }, top } = tapsOfRow(row, rowAxes, taps);
          return [
            ...top,
            ...piecesOver(inVectors, row, (entered, piece, isLast): Stmt[] => {
              const pointers = numbers.map((number) => (isLast && piece.size === 1 ? movedBack(entered, number) : pointerOf(entered, number)));
              return [{ kind: 'call', callee: kernelFor(points.size, placesOf(piece.size, isLast)), args: [...pointers, get(t), get(end), get(w)] }];
            }),
          ];
        }),
      ),
    );
  };
  const tasks = codeOfTasks(name, sharesOfRows(domain, rowAxes, cutFrom), (builder, task) => rootScope(domain, numbers, task, { machine, builder, constants }), loops);
  return { functions: [...kernels.values(), ...tasks.functions], items: tasks.items };
}
