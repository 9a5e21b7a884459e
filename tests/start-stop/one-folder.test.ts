import { expect, test } from '@jest/globals';
import { ProductFailed, rest, startProduct } from '@parley/testkit';
import { running } from '../running.js';

const here = running();

test('a second start on the same data folder refuses, names the holder and leaves it alone', async () => {
  const { product } = here;
  const before = product.processes().map(({ pid }) => pid);

  const refusal: unknown = await startProduct({ dataDir: product.dataDir }).catch(
    (error: unknown) => error,
  );

  expect(refusal).toBeInstanceOf(ProductFailed);
  const { exit, output } = refusal as ProductFailed;
  expect(exit?.code).toBeGreaterThan(0);
  expect(output).toContain(String(product.pid));
  expect(output).toContain(product.dataDir);
  expect((await rest(product.url, 'GET', '/api/health/')).status).toBe(200);
  const after = product.processes().map(({ pid }) => pid);
  expect(after).toEqual(expect.arrayContaining(before.slice(0, 1)));
  expect(after).toContain(product.pid);
});
