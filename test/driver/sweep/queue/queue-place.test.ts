import { describe, expect, it } from 'vitest';
import { DiagnosticError } from '../../../../src/base/diagnostic.ts';
import { readPlace } from '../../../../src/driver/sweep/queue/queue-place.ts';
import { runCli } from '../../../cli/support.ts';

const faultOf = (work: () => unknown): string => {
  try {
    work();
  } catch (error) {
    if (error instanceof DiagnosticError) return JSON.stringify(error.diagnostics);
    throw error;
  }
  return 'none';
};

describe('the place of a queue', () => {
  it.each([
    ['redis://localhost', { host: 'localhost', port: 6379, database: 0, secure: false, shown: 'redis://localhost:6379' }],
    ['rediss://lab:s%40crt@[::1]:7000/3', { host: '::1', port: 7000, database: 3, secure: true, user: 'lab', password: 's@crt', shown: 'rediss://lab@[::1]:7000/3' }],
    ['redis://:pass@queue.example.org', { host: 'queue.example.org', user: undefined, password: 'pass', shown: 'redis://queue.example.org:6379' }],
  ])('is read from %s', (url, place) => {
    expect(readPlace(url, 'a.b-1', {})).toMatchObject({ name: 'a.b-1', ...place });
  });

  it('has the password of the environment where the address has none', () => {
    const environment = { SSL_QUEUE_PASSWORD: 'hidden' };
    expect([readPlace('redis://a@b', 'n', environment).password, readPlace('redis://:own@b', 'n', environment).password]).toEqual(['hidden', 'own']);
  });

  it.each(['', 'localhost:6379', 'http://:secret@host', 'redis//:secret@host', 'redis://:secret@', 'redis://:secret@host/x', 'redis://:secret@host:port', 'redis://host?password=secret', 'redis://host#secret'])('is none: %s', (url) => {
    const fault = faultOf(() => readPlace(url));
    expect(fault).toContain('queue/url');
    expect(fault).not.toContain('secret');
  });

  it.each(['', 'a:b', '-a', 'a b', 'ü', 'a'.repeat(65), '../x', '{a}'])('has no queue of the name %j', (name) => {
    expect(faultOf(() => readPlace('redis://host', name))).toContain('queue/name');
  });
});

describe('on the command line', () => {
  it('packages that are missing are named, with the cure', async () => {
    const { code, err } = await runCli(['worker', '--queue', 'redis://:secret@localhost']);
    expect({ code, err }).toEqual({ code: 1, err: expect.stringContaining('sweeps over Redis need the packages bullmq and ioredis, which are not installed in ') });
    expect(err).toContain('run `npm install bullmq ioredis` there');
    expect(err).not.toContain('secret');
  });

  it.each([
    [['sweep', '--status'], '--status is of a queue'],
    [['sweep', 'a.ssl', '--status', '--queue', 'redis://a'], 'leave out the file'],
    [['sweep', 'a.ssl', '--set', 'seed=1', '--queue-name', 'a'], 'add --queue'],
    [['sweep', 'a.ssl', '--set', 'seed=1', '--queue', 'redis://a', '--workers', '2'], 'cannot be used with'],
    [['sweep', '--set', 'seed=1'], "missing required argument 'file'"],
    [['sweep', 'a.ssl'], "required option '--set"],
    [['worker'], "required option '--queue"],
  ])('%j is refused', async (args, message) => {
    const { code, err } = await runCli(args);
    expect({ code, err }).toEqual({ code: 2, err: expect.stringContaining(message) });
  });
});
