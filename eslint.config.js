// Three kinds of rules: the recommended ones with types, the direction of imports (who may know whom),
// and determinism (who may read the clock, the dice and the environment).
import { createRequire } from 'node:module';
import { join } from 'node:path';
import js from '@eslint/js';
import boundaries from 'eslint-plugin-boundaries';
import importX from 'eslint-plugin-import-x';
import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';

const root = import.meta.dirname;
const resolverPath = join(root, 'scripts', 'workspace-resolver.cjs');
const { resolve } = createRequire(import.meta.url)(resolverPath);

// contracts <- domain <- ports <- (adapters | service bodies) <- what starts them.
const folders = {
  contracts: 'packages/contracts',
  domain: 'packages/domain',
  ports: 'packages/ports',
  runtime: 'packages/runtime',
  client: 'packages/client',
  testkit: 'packages/testkit',
  simulation: 'packages/simulation',
  bench: 'packages/bench',
  adapter: 'packages/*', // every other package is named after its technology
  embedded: 'services/embedded',
  service: 'services/*',
  suite: 'tests',
};
const core = ['contracts', 'domain', 'ports'];
const mayImport = {
  contracts: [],
  domain: ['contracts'],
  ports: ['contracts', 'domain'],
  adapter: core,
  runtime: core,
  client: ['contracts'],
  service: [...core, 'runtime'],
  embedded: [...core, 'runtime', 'adapter', 'service'],
  testkit: [...core, 'runtime', 'adapter', 'client'],
  simulation: [...core, 'runtime', 'adapter', 'client', 'testkit', 'service'],
  bench: [...core, 'client', 'testkit'],
};

const direction = {
  default: 'disallow',
  message:
    '{{from.element.path}} may not import {{to.element.path}}. Dependencies point one way: contracts <- domain <- ports <- (adapters | service bodies) <- main.ts.',
  policies: [
    { allow: { to: { module: { origin: ['external', 'core'] } } } },
    { allow: { dependency: { relationship: { to: 'internal' } } } },
    ...Object.entries(mayImport).map(([type, types]) => ({
      from: { element: { type } },
      allow: { to: { element: { type: types } } },
    })),
    // main.ts and the commands of a service are where adapters are made.
    {
      from: { element: { type: 'service' }, file: { categories: 'main' } },
      allow: { to: { element: { type: 'adapter' } } },
    },
    { from: { file: { categories: 'test' } }, allow: { to: { element: { type: '*' } } } },
  ],
};

// Files of a service that stand at its edge and may touch the clock, timers, dice and environment.
const edges = ['services/*/src/main.ts', 'services/*/src/config.ts', 'services/*/src/bin/**'];

const byPort = 'Take time, timers, randomness and ids from the ports clock and random.';
const impureGlobals = [
  ...['setTimeout', 'setInterval', 'setImmediate', 'performance', 'crypto'],
  ...['clearTimeout', 'clearInterval', 'clearImmediate'],
].map((name) => ({ name, message: byPort }));
const environment = {
  name: 'process',
  message: 'Only main.ts and config.ts see the process; hand inward what is needed.',
};
const impureProperties = [
  { object: 'Date', property: 'now', message: byPort },
  { object: 'Math', property: 'random', message: byPort },
];
const impureSyntax = [
  { selector: "NewExpression[callee.name='Date'][arguments.length=0]", message: byPort },
  { selector: "CallExpression[callee.name='Date']", message: byPort },
];
const impureImports = {
  paths: [
    { name: 'node:process', message: environment.message },
    { name: 'node:timers', message: byPort },
    { name: 'node:timers/promises', message: byPort },
    {
      name: 'node:crypto',
      importNames: ['randomBytes', 'randomInt', 'randomUUID', 'webcrypto'],
      message: byPort,
    },
  ],
};

export default defineConfig(
  globalIgnores(['**/dist/', '**/coverage/', '**/.cache/', '**/.data/']),
  js.configs.recommended,
  tseslint.configs.recommendedTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: root } },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      eqeqeq: 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_', ignoreRestSiblings: true },
      ],
      // A port is asynchronous even where its twin in memory has nothing to wait for.
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
    },
  },
  {
    files: ['**/*.{js,mjs,cjs}'],
    extends: [tseslint.configs.disableTypeChecked],
    rules: { 'no-undef': 'off', '@typescript-eslint/no-require-imports': 'off' },
  },
  {
    name: 'parley/directions',
    files: ['{packages,services,tests}/**/*.{ts,tsx}'],
    plugins: { boundaries, 'import-x': importX },
    settings: {
      'import/resolver': { [resolverPath]: {} },
      'import-x/resolver-next': [{ interfaceVersion: 3, name: 'workspace', resolve }],
      'import-x/extensions': ['.ts', '.tsx'],
      'boundaries/root-path': root,
      'boundaries/elements': Object.entries(folders).map(([type, pattern]) => ({
        type,
        pattern,
        partialMatch: false,
      })),
      'boundaries/files': [
        { category: 'main', pattern: 'services/*/src/{main.ts,bin/**}' },
        { category: 'test', pattern: '{packages,services}/*/{test,contract-tests}/**' },
        { category: 'test', pattern: 'tests/**' },
      ],
    },
    rules: {
      'boundaries/dependencies': ['error', direction],
      'import-x/no-cycle': 'error',
    },
  },
  {
    name: 'parley/pure',
    files: ['packages/{contracts,domain}/src/**/*.ts'],
    rules: {
      'no-restricted-globals': ['error', ...impureGlobals, environment, 'fetch', 'console'],
      'no-restricted-properties': ['error', ...impureProperties],
      'no-restricted-syntax': ['error', ...impureSyntax],
      'no-restricted-imports': [
        'error',
        {
          patterns: [{ regex: '^node:', message: 'Browser-safe and without IO: nothing of Node.' }],
        },
      ],
    },
  },
  {
    name: 'parley/deterministic-services',
    files: ['services/*/src/**/*.ts'],
    ignores: edges,
    rules: {
      'no-restricted-globals': ['error', ...impureGlobals, environment],
      'no-restricted-properties': ['error', ...impureProperties],
      'no-restricted-syntax': ['error', ...impureSyntax],
      'no-restricted-imports': ['error', impureImports],
    },
  },
  {
    files: ['**/*.test.ts'],
    rules: { '@typescript-eslint/unbound-method': 'off' },
  },
);
