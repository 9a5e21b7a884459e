// Run it through `npm test` or, for one file, `node --experimental-vm-modules
// node_modules/jest/bin/jest.js packages/contracts/test/ids.test.ts`. Tests read the sources of every
// package, never its dist; what runs in a process of its own (testkit) needs `npm run build` first.
import { workspaces } from './scripts/workspaces.mjs';

/** @type {import('jest').Config} */
export default {
  testEnvironment: 'node',
  testMatch: [
    '<rootDir>/packages/*/test/**/*.test.ts',
    '<rootDir>/services/*/test/**/*.test.ts',
    '<rootDir>/tests/**/*.test.ts',
  ],
  modulePathIgnorePatterns: ['/dist/'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        jsc: { parser: { syntax: 'typescript' }, target: 'es2023' },
        module: { type: 'es6' },
        sourceMaps: 'inline',
      },
    ],
  },
  moduleNameMapper: {
    '^@parley/ports/contract-tests$': '<rootDir>/packages/ports/contract-tests/index.ts',
    '^@parley/client/node$': '<rootDir>/packages/client/src/node.ts',
    ...Object.fromEntries(
      workspaces().map(({ name, folder }) => [
        `^@parley/${name}$`,
        `<rootDir>/${folder}/src/index.ts`,
      ]),
    ),
    '^(\\.{1,2}/.*)\\.js$': '$1',
  },
  testTimeout: 30_000,
  // Suites with real services take a process each: two at a time is what a small machine carries.
  maxWorkers: 2,
  reporters: ['default', '<rootDir>/scripts/summary-reporter.mjs'],
};
