import { expect, test } from '@jest/globals';
import { createLogger } from '@parley/runtime';

test('secrets are blanked, at the top and one level down', () => {
  const lines: string[] = [];
  const logger = createLogger(
    { service: 'test', level: 'info' },
    { write: (line: string) => void lines.push(line) },
  );
  logger.info(
    { token: 'canary', body: { password: 'canary' }, headers: { cookie: 'canary' } },
    'hi',
  );
  expect(lines).toHaveLength(1);
  expect(lines[0]).not.toContain('canary');
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({ service: 'test', level: 'info', msg: 'hi' });
});
