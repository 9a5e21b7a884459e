import { describe, expect, test } from '@jest/globals';
import { ConfigError, List, loadEnv, settings, whole } from '@parley/runtime';
import { z } from 'zod';

const schema = z.object({
  PORT: settings.PORT,
  DEBUG: settings.DEBUG,
  HOSTS: List.default([]),
  N: whole(1, 9),
});

describe('the environment', () => {
  test('is read by name, with defaults', () => {
    expect(loadEnv(schema, { N: '3', DEBUG: 'yes', HOSTS: 'a, b,,c', OTHER: 'x' })).toEqual({
      PORT: 8000,
      DEBUG: true,
      HOSTS: ['a', 'b', 'c'],
      N: 3,
    });
  });

  test('an empty variable is not set', () => {
    expect(loadEnv(schema, { N: '3', PORT: '' }).PORT).toBe(8000);
  });

  test('every mistake is reported at once, by name', () => {
    const read = (): unknown => loadEnv(schema, { N: '12', PORT: '80x', DEBUG: 'perhaps' });
    expect(read).toThrow(ConfigError);
    expect(read).toThrow(/PORT: must be a whole number[\s\S]*DEBUG: [\s\S]*N: /);
  });
});
