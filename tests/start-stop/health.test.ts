import { expect, test } from '@jest/globals';
import { rest } from '@parley/testkit';
import { running } from '../running.js';

const here = running();

test.each(['/api/health/', '/api/health'])('GET %s says that everything works', async (path) => {
  const { status, body } = await rest(here.product.url, 'GET', path);
  expect(status).toBe(200);
  expect(body).toMatchObject({
    status: 'ok',
    checks: { database: { status: 'ok' }, redis: { status: 'ok' }, log: { status: 'ok' } },
  });
});

test('it has said where it answers, on a line of its own', () => {
  expect(here.product.output()).toMatch(
    new RegExp(`^Parley is ready at http://127\\.0\\.0\\.1:${here.product.port}$`, 'm'),
  );
});

test('it logs in nobody’s name: no token, no password in its output', async () => {
  const [alice] = await here.people('alice');
  const token = await alice.token();
  expect(here.product.output()).not.toContain(token);
  expect(here.product.output()).not.toContain('correct horse battery');
});
