import { describe, expect, test } from '@jest/globals';
import { Places } from '../../src/drain/places.ts';

describe('a worker that may drain 200 orders at a time', () => {
  const idle = () => {
    let told = 0;
    const places = new Places(200, (jobs) => (told = jobs));
    return { places, told: () => told };
  };

  test('takes 13 jobs of which it knows nothing yet', () => {
    expect(idle().places.jobs).toBe(13);
  });

  test('takes no 14th job of 16 orders, and another when 16 orders have ended', () => {
    const { places, told } = idle();
    for (let job = 0; job < 13; job += 1) places.begin(16);
    expect(told()).toBe(13);
    for (let order = 0; order < 8; order += 1) places.endOrder();
    expect(told()).toBe(13);
    for (let order = 0; order < 16; order += 1) places.endOrder();
    expect(told()).toBe(14);
  });

  test('takes 200 jobs of one order', () => {
    const { places, told } = idle();
    places.begin(1);
    for (let jobs = 1; jobs < told(); jobs += 1) places.begin(1);
    expect(told()).toBe(200);
    for (let job = 0; job < 200; job += 1) places.end(1);
    expect(told()).toBe(13);
  });

  test('takes one more than it has if a job has more orders than places are left', () => {
    const { places, told } = idle();
    places.begin(300);
    expect(told()).toBe(1);
    places.begin(1);
    expect(told()).toBe(2);
  });
});
