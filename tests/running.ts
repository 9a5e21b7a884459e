import { afterAll, beforeAll } from '@jest/globals';
import {
  Person,
  startProduct,
  temporaryDataDir,
  type Product,
  type ProductOptions,
} from '@parley/testkit';

/** A test file's own product, started before its tests and ended, without any process left, after them. */
export interface Running {
  readonly product: Product;
  /** Registers people by their names, which are made unique. */
  people<const N extends readonly string[]>(...names: N): Promise<{ [K in keyof N]: Person }>;
}

let registered = 0;

/** Call it at the top of a file; `product` is there from the first test on. */
export function running(env: ProductOptions['env'] = {}): Running {
  const dir = temporaryDataDir();
  let product: Product | undefined;
  const started = (): Product => {
    if (product === undefined) throw new Error('The product runs from the first test on');
    return product;
  };

  beforeAll(async () => {
    product = await startProduct({ dataDir: dir.path, env });
  }, 90_000);

  afterAll(async () => {
    try {
      await product?.stop();
      const left = product?.processes() ?? [];
      if (left.length > 0) throw new Error(`Left running: ${JSON.stringify(left)}`);
    } finally {
      await dir.remove();
    }
  }, 40_000);

  return {
    get product() {
      return started();
    },
    async people(...names) {
      const people = names.map((name) => Person.register(started(), `${name}-${++registered}`));
      return (await Promise.all(people)) as { [K in keyof typeof names]: Person };
    },
  };
}
