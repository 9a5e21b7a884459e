import { describe, expect, it } from '@jest/globals';
import { Dice } from '../src/dice.js';
import { SimClock } from '../src/sim-clock.js';
import { SimNode } from '../src/sim-node.js';

describe('virtual time', () => {
  it('lets things happen in the order of their times, ties in the order of asking', async () => {
    const clock = new SimClock(1_000);
    const told: string[] = [];
    clock.after(30, () => told.push('c'));
    clock.after(10, () => told.push('a'));
    clock.after(10, () => told.push('b'));
    await clock.run(20);
    expect(told).toEqual(['a', 'b']);
    expect(clock.now()).toBe(1_020);
    await clock.run(20);
    expect(told).toEqual(['a', 'b', 'c']);
  });

  it('runs all that a happening sets off before the next one', async () => {
    const clock = new SimClock(0);
    const told: string[] = [];
    clock.after(1, () => {
      void (async () => {
        for (let i = 0; i < 50; i++) await Promise.resolve();
        told.push('after fifty awaits');
      })();
    });
    clock.after(1, () => told.push('next'));
    await clock.run(1);
    expect(told).toEqual(['after fifty awaits', 'next']);
  });

  it('forgets what was cancelled', async () => {
    const clock = new SimClock(0);
    let told = false;
    clock.after(1, () => (told = true)).cancel();
    await clock.run(5);
    expect(told).toBe(false);
  });

  it('lets everything that was due during a leap happen after it, in order', async () => {
    const clock = new SimClock(0);
    const told: number[] = [];
    clock.after(10, () => told.push(clock.now()));
    clock.after(5, () => told.push(clock.now()));
    clock.leap(1_000);
    await clock.run(0);
    expect(told).toEqual([1_000, 1_000]);
  });
});

describe('a process', () => {
  const world = (): { clock: SimClock; node: SimNode } => {
    const clock = new SimClock(0);
    return { clock, node: new SimNode('n', clock, new Dice(1), 250) };
  };

  it('has a clock that is off by its skew', () => {
    expect(world().node.clock.now()).toBe(250);
  });

  it('hears of nothing once it crashed', async () => {
    const { clock, node } = world();
    let told = false;
    let done = false;
    node.clock.after(5, () => (told = true));
    void node.call({ there: 1, back: 10 }, () => (done = true)).then(() => (told = true));
    await clock.run(2);
    node.crash();
    await clock.run(100);
    expect({ told, done }).toEqual({ told: false, done: true });
  });

  it('goes on after a pause with what was due, in order', async () => {
    const { clock, node } = world();
    const told: string[] = [];
    node.later(10, () => told.push('one'));
    node.later(20, () => told.push('two'));
    node.pause(50);
    await clock.run(40);
    expect(told).toEqual([]);
    await clock.run(20);
    expect(told).toEqual(['one', 'two']);
  });

  it('keeps that order when it is to pause while it does', async () => {
    const { clock, node } = world();
    const told: string[] = [];
    node.later(10, () => told.push('one'));
    node.later(60, () => told.push('two'));
    node.pause(50);
    await clock.run(30);
    node.pause(50);
    await clock.run(100);
    expect(told).toEqual(['one', 'two']);
  });
});

describe('dice', () => {
  it('give the same numbers for the same seed, others for another, and streams of their own', () => {
    const draw = (dice: Dice): number[] => Array.from({ length: 5 }, () => dice.int(0, 1_000_000));
    expect(draw(new Dice(7))).toEqual(draw(new Dice(7)));
    expect(draw(new Dice(7))).not.toEqual(draw(new Dice(8)));
    expect(draw(new Dice(7).stream('a'))).not.toEqual(draw(new Dice(7).stream('b')));
    expect(draw(new Dice(7 + 2 ** 40))).not.toEqual(draw(new Dice(7)));
  });
});
